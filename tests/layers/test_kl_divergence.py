import keras
import numpy as np
import pytest
from contracts import gaussian_layer_contract

from keras_vae.layers import KLDivergence, Sampling

MEAN = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
LOG_VAR = np.random.default_rng(1).normal(size=(8, 3)).astype("float32")
KL = 0.5 * (np.exp(LOG_VAR) + MEAN**2 - 1.0 - LOG_VAR)


def loss_of(layer, **arguments):
    outputs = layer([MEAN, LOG_VAR], **arguments)
    return float(layer.losses[0]), outputs


def test_contract():
    gaussian_layer_contract(KLDivergence(beta=0.5, free_bits=0.1), outputs=[(None, 3), (None, 3), (None,)])


def test_it_adds_beta_times_the_mean_kl_and_hands_the_posterior_on():
    loss, (mean, log_var, kl) = loss_of(KLDivergence(beta=2.5))
    assert loss == pytest.approx(2.5 * KL.sum(axis=1).mean(), rel=1e-5)
    np.testing.assert_array_equal(mean, MEAN)
    np.testing.assert_array_equal(log_var, LOG_VAR)
    np.testing.assert_allclose(kl, KL.sum(axis=1), rtol=1e-5)


def test_beta_is_a_weight_that_may_be_assigned():
    layer = KLDivergence(beta=1.0)
    layer.beta.assign(0.25)
    assert loss_of(layer)[0] == pytest.approx(0.25 * KL.sum(axis=1).mean(), rel=1e-5)
    assert not layer.trainable_weights and len(layer.non_trainable_weights) == 1
    assert loss_of(KLDivergence(beta=0.0))[0] == 0.0


def test_free_bits_are_a_floor_on_the_batch_mean_of_each_dimension():
    floor = float(np.median(KL.mean(axis=0)))
    loss, (_, _, kl) = loss_of(KLDivergence(beta=2.0, free_bits=floor))
    assert loss == pytest.approx(2.0 * np.maximum(KL.mean(axis=0), floor).sum(), rel=1e-5)
    np.testing.assert_allclose(kl, KL.sum(axis=1), rtol=1e-5)


def test_sample_weight_weighs_the_mean():
    weight = np.arange(8, dtype="float32")
    loss, _ = loss_of(KLDivergence(), sample_weight=weight)
    assert loss == pytest.approx(np.average(KL.sum(axis=1), weights=weight), rel=1e-5)


def functional(num_kl_layers):
    x = keras.Input((3,))
    h, layers = x, []
    for _ in range(num_kl_layers):
        layers.append(KLDivergence(beta=0.5))
        mean, log_var, _ = layers[-1]([keras.layers.Dense(3)(h), keras.layers.Dense(3)(h)])
        h = Sampling()([mean, log_var])
    model = keras.Model(x, keras.layers.Dense(3)(h))
    model.compile("sgd", loss=lambda y, y_pred: 0.0 * keras.ops.sum(y_pred, axis=-1))
    return model, layers


@pytest.mark.parametrize("num_kl_layers", [1, 2])
def test_in_a_functional_model_fit_and_evaluate_count_each_layer_once(num_kl_layers):
    model, layers = functional(num_kl_layers)
    loss = model.evaluate(MEAN, MEAN, verbose=0)
    probe = keras.Model(model.inputs, [layer.output[2] for layer in layers])
    kls = [kl.mean() for kl in keras.tree.flatten(probe.predict(MEAN, verbose=0))]
    if num_kl_layers == 1:  # of two, the second depends on the first one's noise
        assert loss == pytest.approx(0.5 * sum(kls), rel=1e-5)
    for layer in layers:
        layer.beta.assign(0.0)
        if layer is layers[0] and num_kl_layers == 2:
            assert 0 < model.evaluate(MEAN, MEAN, verbose=0)
    assert model.evaluate(MEAN, MEAN, verbose=0) == 0.0
    layers[0].beta.assign(1.0)
    before = model.evaluate(MEAN, MEAN, verbose=0)
    model.fit(MEAN, MEAN, epochs=5, verbose=0)
    assert model.evaluate(MEAN, MEAN, verbose=0) < before


def test_bad_arguments():
    with pytest.raises(ValueError, match="`beta` must be a number of at least 0.0. Received: beta=-1"):
        KLDivergence(beta=-1)
    with pytest.raises(ValueError, match="`free_bits` must be a number of at least 0.0. Received: free_bits=-0.5"):
        KLDivergence(free_bits=-0.5)
    with pytest.raises(ValueError, match="`beta` must be a number"):
        KLDivergence(beta=float("nan"))
    with pytest.raises(ValueError, match="KLDivergence must be called on"):
        KLDivergence()([MEAN, LOG_VAR[:, :2]])
