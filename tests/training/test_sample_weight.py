"""A row counts by its weight in every average, and a row of weight 0 not at all, whatever it holds."""

import keras
import numpy as np
import pytest
from numpy_losses import numpy_losses

import keras_vae
from keras_vae.datasets import Batches

WEIGHT = np.linspace(0.0, 2.0, 256).astype("float32")


@pytest.fixture
def still_vae(make_vae):
    """A VAE that does not move, so that the logs of an epoch are those of one set of weights."""
    return make_vae(optimizer=keras.optimizers.SGD(0.0))


def test_weights_without_y_are_those_of_a_recomputation(digits, still_vae, fixed_noise):
    expected = numpy_losses(still_vae, digits, sample_weight=WEIGHT)
    history = still_vae.fit(
        digits, sample_weight=WEIGHT, validation_data=(digits, None, WEIGHT), batch_size=100, verbose=0
    ).history
    evaluated = still_vae.evaluate(digits, sample_weight=WEIGHT, batch_size=100, verbose=0, return_dict=True)
    one_batch = still_vae.train_on_batch(digits, sample_weight=WEIGHT, return_dict=True)
    for name, value in expected.items():
        assert history[name][0] == pytest.approx(value, rel=2e-5), name
        assert history[f"val_{name}"][0] == pytest.approx(value, rel=2e-5), name
        assert evaluated[name] == pytest.approx(value, rel=2e-5), name
        assert float(one_batch[name]) == pytest.approx(value, rel=2e-5), name


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras', of a generator's end
def test_every_way_to_give_weights_trains_alike(digits, make_vae, fixed_noise):
    def generator():
        for start in range(0, 256, 64):
            yield digits[start : start + 64], digits[start : start + 64], WEIGHT[start : start + 64]

    trained = []
    for call in (
        lambda vae: vae.fit(digits, digits, sample_weight=WEIGHT, batch_size=64, shuffle=False, verbose=0),
        lambda vae: vae.fit(digits, sample_weight=WEIGHT, batch_size=64, shuffle=False, verbose=0),
        lambda vae: vae.fit(digits, sample_weight=WEIGHT.tolist(), batch_size=64, shuffle=False, verbose=0),
        lambda vae: vae.fit(Batches((digits, None, WEIGHT), 64, shuffle=False), verbose=0),
        lambda vae: vae.fit(generator(), verbose=0),
    ):
        keras.utils.set_random_seed(1)
        vae = make_vae(optimizer=keras.optimizers.SGD(1e-2))
        call(vae)
        trained.append(vae.get_weights())
    for other in trained[1:]:
        for ours, theirs in zip(trained[0], other, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones(7), "`sample_weight` must have a weight for each of the 256 rows. Received: 7 weights"),
        (np.ones((256, 3)), r"`sample_weight` must be of shape \(batch,\).* Received: shape \(256, 3\)"),
        (np.zeros(256), "`sample_weight` must not be 0 for every row. Received: 256 zeros"),
        (WEIGHT - 1.0, "`sample_weight` must be finite and at least 0. Received: weights from -1 to 1"),
        (np.full(256, np.nan), "`sample_weight` must be finite and at least 0"),
    ],
)
def test_weights_that_are_none(digits, make_vae, assert_unchanged, weight, message):
    vae = make_vae()
    weight = weight.astype("float32")
    with assert_unchanged(vae):
        for call in (
            lambda: vae.fit(digits, sample_weight=weight, verbose=0),
            lambda: vae.evaluate(digits, digits, sample_weight=weight, verbose=0),
            lambda: vae.fit(digits, validation_data=(digits, None, weight), verbose=0),
        ):
            with pytest.raises(ValueError, match=message):
                call()


def test_weights_that_are_none_in_a_stream(digits, make_vae):
    vae = make_vae()
    with pytest.raises(ValueError, match=r"`sample_weight` must be of shape \(batch,\)"):
        vae.fit(Batches((digits, digits, np.ones((256, 3))), 1), verbose=0)
    with pytest.raises(ValueError, match="`sample_weight` must be finite and at least 0"):
        vae.fit(Batches((digits, digits, np.full(256, -1.0)), 64), verbose=0)
    with pytest.raises(ValueError, match="`sample_weight` must not be 0 for every row"):
        vae.evaluate(Batches((digits, digits, np.zeros(256)), 64), verbose=0)
    with pytest.raises(ValueError, match="`sample_weight` must not be 0 for every row"):
        vae.fit(Batches((digits, digits, np.zeros(256)), 64), verbose=0)
    with pytest.raises(ValueError, match="`class_weight` must be None: a VAE knows no classes"):
        vae.fit(digits, np.arange(256) % 2, class_weight={0: 1.0, 1: 2.0}, verbose=0)


def normalized_vae():
    """A VAE with batch statistics, in which every row of a batch has a part."""
    keras.utils.set_random_seed(1)
    x = keras.Input((64,))
    h = keras.layers.BatchNormalization()(keras.layers.Dense(16, activation="relu")(x))
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    vae = keras_vae.VAE(encoder, keras_vae.networks.mlp((64,), 2, hidden=(16,))[1], seed=1)
    vae.compile(keras.optimizers.Adam(1e-2), metrics=["mse"])
    return vae


@pytest.mark.parametrize("content", [np.nan, np.inf, -7.0])
def test_what_a_row_of_weight_zero_holds_does_not_matter(digits, content):
    weight = np.ones(256, "float32")
    weight[[0, 5, 200]] = 0.0
    states, logs = [], []
    for value in (0.5, content):
        x = digits.copy()
        x[weight == 0] = value
        vae = normalized_vae()
        history = vae.fit(Batches((x, x, weight), 64, shuffle=False), epochs=2, verbose=0).history
        assert history["skipped_updates"] == [0.0, 0.0]
        logs.append(vae.evaluate(x, sample_weight=weight, batch_size=64, verbose=0, return_dict=True))
        states.append(vae.get_weights())
    assert np.isfinite(logs[0]["mse"]) and logs[0] == logs[1]
    for ours, theirs in zip(*states, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_batch_of_padding_only_moves_nothing_and_is_in_no_average(digits):
    vae = normalized_vae()
    vae.train_on_batch(digits[:64])
    before = [np.array(keras.ops.convert_to_numpy(v)) for v in (*vae.trainable_variables, *vae.optimizer.variables)]
    vae.train_on_batch(np.full((64, 64), np.nan, "float32"), sample_weight=np.zeros(64, "float32"))
    for old, new in zip(before, (*vae.trainable_variables, *vae.optimizer.variables), strict=True):
        np.testing.assert_array_equal(old, keras.ops.convert_to_numpy(new))
    x = np.concatenate([digits[:64], np.full((64, 64), np.nan, "float32")])
    weight = np.repeat([1.0, 0.0], 64).astype("float32")
    keras.utils.set_random_seed(0)
    logs = normalized_vae().fit(Batches((x, x, weight), 64, shuffle=False), verbose=0).history
    keras.utils.set_random_seed(0)
    alone = normalized_vae().fit(Batches((x[:64], x[:64], weight[:64]), 64, shuffle=False), verbose=0).history
    assert logs == alone and logs["skipped_updates"] == [0.0]
