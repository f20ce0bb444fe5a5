import keras
import numpy as np
import pytest
from contracts import model_contract

import keras_vae
from keras_vae import bounds, likelihoods
from keras_vae.datasets import Batches


def networks(condition_dim, latent_dim=2, num_pixels=64):
    x, y = keras.Input((num_pixels,)), keras.Input((condition_dim,))
    h = keras.layers.Dense(16, activation="relu")(keras.layers.Concatenate()([x, y]))
    encoder = keras.Model([x, y], [keras.layers.Dense(latent_dim)(h), keras.layers.Dense(latent_dim)(h)])
    z, y = keras.Input((latent_dim,)), keras.Input((condition_dim,))
    h = keras.layers.Dense(16, activation="relu")(keras.layers.Concatenate()([z, y]))
    return encoder, keras.Model([z, y], keras.layers.Dense(num_pixels)(h))


@pytest.fixture(scope="module")
def labels(data):
    return data.y_train[:256]


def linear_gaussian(sigma=0.4):
    """A conditional model of linear networks with the exact posterior: x = W z + V y + b + sigma e."""
    random = np.random.default_rng(0)
    columns = np.linalg.qr(random.normal(size=(5, 2)))[0] * [1.5, 0.7]
    of_y, offset = random.normal(size=(5, 3)), random.normal(size=5)
    precision = np.sum(columns**2, axis=0) + sigma**2
    x, y = keras.Input((5,)), keras.Input((3,))
    both = keras.layers.Concatenate()([x, y])
    mean, log_var = keras.layers.Dense(2), keras.layers.Dense(2, kernel_initializer="zeros")
    encoder = keras.Model([x, y], [mean(both), log_var(both)])
    z, y = keras.Input((2,)), keras.Input((3,))
    out = keras.layers.Dense(5)
    decoder = keras.Model([z, y], out(keras.layers.Concatenate()([z, y])))
    to_code = columns / precision
    mean.set_weights([np.concatenate([to_code, -of_y.T @ to_code]), -offset @ to_code])
    log_var.set_weights([np.zeros((8, 2)), np.log(sigma**2 / precision)])
    out.set_weights([np.concatenate([columns.T, of_y.T]), offset])
    vae = keras_vae.ConditionalVAE(encoder, decoder, likelihoods.Gaussian(sigma), condition_shape=(3,), seed=1)
    y = random.normal(size=(300, 3)).astype("float32")
    covariance = columns @ columns.T + sigma**2 * np.eye(5)
    noise = random.multivariate_normal(np.zeros(5), covariance, size=300)
    squares = np.sum(noise @ np.linalg.inv(covariance) * noise, axis=1)
    exact = -0.5 * (squares + np.linalg.slogdet(covariance)[1] + 5 * np.log(2 * np.pi))
    return vae, (noise + y @ of_y.T + offset).astype("float32"), y, exact


def test_the_elbo_given_y_is_the_exact_log_likelihood_given_y():
    vae, x, y, exact = linear_gaussian()
    assert vae.elbo(x, y, num_samples=200, seed=0).mean() == pytest.approx(exact.mean(), abs=0.03)
    weights = vae.log_weights(x, 50, y=y, seed=0)  # the true posterior: each weight is log p(x|y)
    np.testing.assert_allclose(weights, np.repeat(exact[:, None], 50, axis=1), rtol=1e-3, atol=2e-3)
    assert abs(vae.elbo(x, y[::-1].copy(), seed=0).mean() - exact.mean()) > 1.0  # the wrong y does not do


def test_the_importance_weighted_bound_composes_with_a_condition():
    vae, x, y, exact = linear_gaussian()
    with_bound = keras_vae.ConditionalVAE.from_config({**vae.get_config(), "bound": None})
    with_bound.bound = bounds.IWAE(5)
    with_bound.build([(None, 5), (None, 3)])
    with_bound.set_weights(vae.get_weights())
    with_bound.compile("sgd")
    logs = with_bound.evaluate(x, y, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(-exact.mean(), abs=2e-3)  # at the true posterior any k is exact


@pytest.fixture(scope="module")
def of_labels():
    keras.utils.set_random_seed(1)
    vae = keras_vae.ConditionalVAE(*networks(10), num_classes=10, seed=1)
    vae.compile(keras.optimizers.Adam(1e-2))
    return vae


@pytest.mark.parametrize("kind", ["labels", "attributes"])
def test_contract(digits, labels, kind):
    of_kind = {"num_classes": 10} if kind == "labels" else {"condition_shape": (10,)}

    def make():
        keras.utils.set_random_seed(1)
        return keras_vae.ConditionalVAE(*networks(10), seed=1, **of_kind)

    y = labels[:64] if kind == "labels" else np.eye(10, dtype="float32")[labels[:64]]
    model_contract(make, digits[:64], y)


def test_labels(of_labels, digits, labels):
    mean, log_var = of_labels.encode(digits, labels)
    one_hot = np.eye(10, dtype="float32")[labels]
    np.testing.assert_allclose(mean, of_labels.encoder.predict([digits, one_hot], verbose=0)[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(of_labels.encode(digits, labels[:, None])[0], mean)
    assert of_labels.sample(4, y=[3, 3, 4, 4], seed=0).shape == (4, 64)
    assert of_labels.reconstruct(digits, labels).shape == (256, 64)
    assert of_labels.interpolate(digits[0], digits[1], steps=3, y=labels[0]).shape == (3, 64)
    assert of_labels.traverse(digits[:2], 0, [0.0, 1.0], y=labels[:2]).shape == (2, 2, 64)
    assert of_labels.simulate(3, y=[0, 1, 2], seed=0)[1].shape == (3, 64)
    assert of_labels.log_joint_and_gradient(digits[:3], mean[:3], labels[:3])[1].shape == (3, 2)


def test_a_label_of_no_class_in_a_later_batch_is_skipped_and_counted(of_labels, digits, labels):
    x, y = np.repeat(digits, 2, axis=0), np.repeat(labels, 2)
    y[-3:] = 10
    held = "1 of 8 updates of epoch 1 were skipped: 3 rows of the data held NaN, infinite values or labels of no class"
    with pytest.warns(UserWarning, match=held):
        history = of_labels.fit(x, y, batch_size=64, shuffle=False, verbose=0).history
    assert history["skipped_updates"] == [1.0] and np.isfinite(history["loss"][0])


def test_bad_input(of_labels, digits, labels):
    vae = of_labels
    needs_y = "`y` must be given: a ConditionalVAE is a model of x given y. Received: y=None"
    for call in (vae.fit, vae.evaluate, vae.encode, vae.elbo, vae.reconstruct):
        with pytest.raises(ValueError, match=needs_y):
            call(digits)
    with pytest.raises(ValueError, match=needs_y):
        vae.sample(3)
    with pytest.raises(ValueError, match="`y` must be labels from 0 to 9. Received: 10"):
        vae.fit(digits, labels + 1, verbose=0)
    with pytest.raises(ValueError, match="`y` must be labels from 0 to 9. Received: -1"):
        vae.sample(2, y=[0, -1])
    with pytest.raises(ValueError, match="`y` must have a row for each row of z. Received: 2 and 3"):
        vae.sample(3, y=[0, 1])
    with pytest.raises(ValueError, match=r"`y` must be labels from 0 to 9, of shape \(batch,\). Received: .*, 10\)"):
        vae.encode(digits, np.eye(10)[labels])
    for arguments in ({}, {"num_classes": 10, "condition_shape": (10,)}):
        with pytest.raises(ValueError, match="`num_classes`, of labels, or `condition_shape`, of attributes, must be"):
            keras_vae.ConditionalVAE(*networks(10), **arguments)
    with pytest.raises(ValueError, match=r"`encoder` must take tensors of the shapes \(batch, 64\) and \(batch, 7\)"):
        keras_vae.ConditionalVAE(*networks(10), num_classes=7).compile()
    for y in (["3", "4"], 3):
        with pytest.raises(ValueError, match="`y` must be labels from 0 to 9, one for each row. Received: y=.*3"):
            vae.sample(2, y)
    with pytest.raises(ValueError, match="`y` must be labels from 0 to 9, one for each row. Received: y="):
        vae.fit(digits, labels.astype(str), verbose=0)
    with pytest.raises(ValueError, match="`x` must have at least one row"):
        vae.fit(digits[:0], labels[:0], verbose=0)
    plain = keras_vae.VAE(*keras_vae.networks.mlp((64,), 2, hidden=(4,)))
    with pytest.raises(ValueError, match="`y` must be None: the model VAE takes no condition. Received: a y"):
        plain.encode(digits, labels)


def test_nan_in_a_condition_is_not_hidden_by_a_relu(digits):
    """On TensorFlow relu(NaN) is 0, and x is whole."""
    vae = keras_vae.ConditionalVAE(*networks(3), condition_shape=(3,), seed=1)
    vae.compile("sgd")
    y = np.ones((64, 3), "float32")
    y[5, 1] = np.nan
    assert float(vae.train_on_batch(digits[:64], y, return_dict=True)["skipped_updates"]) == 1.0


def test_what_predict_refuses(of_labels, digits, labels):
    both = r"on \[x, y\], and `predict` be given \[x, y\] or a data set of \(x, y\). Received: "
    for x, message in {
        "alone": (digits, f"{both}one tensor"),
        "three": ([digits, labels, labels], f"{both}3 tensors"),
        "no y": ([digits, None], "`y` must be given: a ConditionalVAE is a model of x given y. Received: y=None"),
        "rows": ([digits, labels[:5]], "`y` must have a row for each row of x. Received: 5 and 256"),
        "label": ([np.repeat(digits, 2, 0), np.append(np.repeat(labels, 2)[:-1], 11)], "to 9. Received: 11"),
        "data set": (Batches(digits), "`y` must be given"),
    }.values():
        with pytest.raises(ValueError, match=message):
            of_labels.predict(x, verbose=0)
    with pytest.raises(ValueError, match=r"must be called on \[x, y\].* Received: 3 tensors"):
        of_labels([digits, labels, labels])


def test_the_shape_of_attributes_may_be_their_number():
    assert keras_vae.ConditionalVAE(*networks(3), condition_shape=3).condition_shape == (3,)
    for wrong in (0, 2.5, (2, -1), "3"):
        with pytest.raises(ValueError, match="`condition_shape` must be a whole number of at least 1. Received: "):
            keras_vae.ConditionalVAE(*networks(3), condition_shape=wrong)


@pytest.mark.parametrize(("taken", "num_classes"), [(1, 10), (10, 1), (10, 12)])
def test_the_networks_must_take_the_condition(taken, num_classes):
    """Keras lets any length pass where an input's last axis, or the tensor's, has the length 1."""
    message = rf"and \(batch, {num_classes}\). Received: .*, which takes \(batch, \d+\) and \(batch, {taken}\)"
    (wrong, decoder), (right, _) = networks(taken), networks(num_classes)
    for name, encoder in (("encoder", wrong), ("decoder", right)):
        with pytest.raises(ValueError, match=rf"`{name}` must take tensors of the shapes \(batch, \d+\) {message}"):
            keras_vae.ConditionalVAE(encoder, decoder, num_classes=num_classes).compile()


def test_a_vae_without_a_condition_refuses_networks_with_one(digits):
    vae = keras_vae.VAE(*networks(10))
    for call in (vae.compile, lambda: vae.elbo(digits)):
        with pytest.raises(ValueError, match="`encoder` must take one tensor, x, .* which takes 2 inputs"):
            call()


def test_only_of_labels_labels_are_spoken_of(of_labels, digits, labels):
    of_attributes = keras_vae.ConditionalVAE(*networks(3), condition_shape=(3,))
    of_attributes.compile("sgd")
    x = np.full_like(digits, np.nan)
    for vae, y, held in (
        (of_labels, labels, "NaN, infinite values or labels of no class"),
        (of_attributes, np.ones((256, 3), "float32"), "NaN or infinite values"),
    ):
        message = f"All 4 updates of epoch 1 were skipped: in them 256 rows of the data held {held}, so that"
        with pytest.raises(ValueError, match=message):
            vae.fit(x, y, batch_size=64, verbose=0)
        with pytest.warns(UserWarning, match=f"^256 rows of the data held {held}: the losses are NaN"):
            vae.evaluate(x, y, verbose=0)


def test_at_one_condition_the_arguments_are_those_of_the_model_without_y(of_labels, digits):
    threes, y = of_labels.given(3), np.full(5, 3)
    np.testing.assert_array_equal(threes.encode(x=digits[:5])[0], of_labels.encode(digits[:5], y)[0])
    np.testing.assert_array_equal(threes.sample(n=5, seed=0), of_labels.sample(5, y, seed=0))
    np.testing.assert_array_equal(threes.sample(5, 0.5, seed=0), of_labels.sample(5, y, temperature=0.5, seed=0))
    np.testing.assert_array_equal(threes.elbo(digits[:5], 2, seed=0), of_labels.elbo(digits[:5], y, 2, seed=0))
    between = of_labels.interpolate(digits[0], digits[1], steps=3, y=3)
    np.testing.assert_array_equal(threes.interpolate(x_b=digits[1], x_a=digits[0], steps=3), between)
    assert repr(threes) == "Given(ConditionalVAE, y=3)"


def test_what_a_model_at_one_condition_refuses(of_labels, digits):
    threes = of_labels.given(3)
    with pytest.raises(ValueError, match="`y` must be left out: it is given already. Received: y=4"):
        threes.sample(4, y=4)
    for name in ("fit", "evaluate", "predict", "adapt", "train_on_batch"):
        with pytest.raises(ValueError, match=f"`{name}` must be called on the ConditionalVAE itself, with its y: "):
            getattr(threes, name)(digits)
    for call in (lambda: threes.sample(2.5), lambda: threes.encode(3)):
        with pytest.raises(ValueError, match="`[nx]` must be"):
            call()
    for wrong in (None, "3", 10, -1, 1.5, [3, 4]):
        with pytest.raises(ValueError, match="`y` must be labels from 0 to 9"):
            of_labels.given(wrong)
