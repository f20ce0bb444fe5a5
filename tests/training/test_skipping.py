"""Bad batches: the update is skipped, counted and warned of; a training that stands still is stopped."""

import re

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.datasets import Batches


def normalized_vae(optimizer=None):
    """A VAE with batch statistics, which a bad batch must not poison either."""
    x = keras.Input((64,))
    h = keras.layers.BatchNormalization()(keras.layers.Dense(16, activation="relu")(x))
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    _, decoder = keras_vae.networks.mlp((64,), 2, hidden=(16,))
    vae = keras_vae.VAE(encoder, decoder, seed=1)
    vae.compile(optimizer or keras.optimizers.Adam(1e-2), metrics=["mse"])
    return vae


def state(vae):
    variables = [*vae.weights, *vae.optimizer.variables]
    return {v.path: np.array(keras.ops.convert_to_numpy(v)) for v in variables}


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_bad_batch_in_the_middle_changes_nothing_but_the_count(digits, bad):
    vae = normalized_vae()
    vae.train_on_batch(digits[:64])
    before = state(vae)
    spoilt = digits[:64].copy()
    spoilt[3, 5] = bad
    logs = vae.train_on_batch(spoilt, return_dict=True)
    after = state(vae)
    assert float(logs["skipped_updates"]) == 1.0
    changed = {path for path in before if not np.array_equal(before[path], after[path])}
    assert changed == {vae.step.path}


def test_fit_goes_on_counts_and_warns_once(digits):
    spoilt = digits.copy()
    spoilt[70] = np.nan
    vae = normalized_vae()
    with pytest.warns(UserWarning, match="1 of 4 updates of epoch 1 were skipped") as warned:
        history = vae.fit(Batches(spoilt, 64, shuffle=False), epochs=3, verbose=0).history
    assert len([w for w in warned if "skipped" in str(w.message)]) == 1
    assert history["skipped_updates"] == [1.0, 1.0, 1.0]
    assert np.all(np.isfinite([history[name] for name in history]))
    assert history["loss"][2] < history["loss"][0]
    assert np.isfinite(vae.evaluate(digits, verbose=0)[0])


def test_the_logged_means_are_those_of_the_good_batches(digits):
    whole, spoilt = digits[:128].copy(), digits[:128].copy()
    spoilt[64:] = np.nan
    logs = []
    for x in (whole[:64], spoilt):
        vae = normalized_vae(keras.optimizers.SGD(0.0))
        vae.set_weights([np.full(w.shape, 0.1, "float32") for w in vae.get_weights()])
        vae.step.assign(0)
        if x is spoilt:
            with pytest.warns(UserWarning, match="skipped"):
                logs.append(vae.fit(Batches(x, 64, shuffle=False), verbose=0).history)
        else:
            logs.append(vae.fit(Batches(x, 64, shuffle=False), verbose=0).history)
    for name in ("loss", "kl_loss", "elbo", "mse"):
        assert logs[1][name] == pytest.approx(logs[0][name], rel=1e-5)


def test_a_training_that_stands_still_is_stopped(digits, assert_unchanged):
    vae = normalized_vae()
    with assert_unchanged(vae.encoder), pytest.raises(ValueError, match="All 4 updates of epoch 1 were skipped"):
        vae.fit(np.full_like(digits, np.nan), batch_size=64, epochs=5, verbose=0)
    assert np.all(np.isfinite(vae.encode(digits)[0]))


def test_a_threshold_that_is_too_low_is_named(digits, make_vae):
    vae = make_vae(skip_threshold=1e-6)
    with pytest.raises(ValueError, match="the gradient's norm above skip_threshold=1e-06.*or raise skip_threshold"):
        vae.fit(digits, verbose=0)
    free = make_vae(skip_threshold=1e6)
    assert free.fit(digits, verbose=0).history["skipped_updates"] == [0.0]


def test_an_encoder_that_says_1e4_trains_on(digits):
    for bias in (1e4, -1e4):
        encoder, decoder = keras_vae.networks.mlp((64,), 2, hidden=(16,))
        encoder.get_layer("log_var").bias.assign([bias, bias])
        vae = keras_vae.VAE(encoder, decoder)
        vae.compile(keras.optimizers.SGD(1e-12))
        logs = vae.train_on_batch(digits, return_dict=True)
        assert float(logs["skipped_updates"]) == 0.0 and np.isfinite(float(logs["loss"]))


def test_the_threshold_is_on_the_norm_of_all_gradients_together(digits, make_vae, monkeypatch):
    monkeypatch.setattr(keras.random, "normal", lambda shape, dtype=None, seed=None: 0.3 * keras.ops.ones(shape))
    vae = make_vae(optimizer=keras.optimizers.SGD(1.0))
    before = vae.get_weights()
    vae.train_on_batch(digits)
    norm = np.sqrt(sum(np.sum((a - b) ** 2) for a, b in zip(before, vae.get_weights(), strict=True)) - 1.0)  # the step
    for factor, skipped in ((0.99, 1.0), (1.01, 0.0)):
        strict = make_vae(optimizer=keras.optimizers.SGD(1.0), skip_threshold=float(factor * norm))
        strict.set_weights(before)
        assert float(strict.train_on_batch(digits, return_dict=True)["skipped_updates"]) == skipped


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("network", ["mlp", "conv"])
def test_mixed_precision_trains_on_digits_without_nan(data, policy, network):
    keras.config.set_dtype_policy(policy)
    encoder, decoder = keras_vae.networks.get(network)((8, 8, 1), 2)
    vae = keras_vae.VAE(encoder, decoder)
    vae.compile(keras.optimizers.Adam(3e-3))
    history = vae.fit(data.x_train[:512], epochs=4, batch_size=64, verbose=0).history
    assert np.all(np.isfinite([history[name] for name in history]))
    assert history["elbo"][-1] > history["elbo"][0] + 2.0
    # Loss scaling's own first steps are no bad batches.
    assert sum(history["skipped_updates"]) == 0.0
    assert {v.dtype for v in vae.trainable_variables} == {"float32"}
    assert keras.backend.standardize_dtype(vae(data.x_train[:2])["parameters"].dtype) == "float32"


def optimizers():
    sgd = keras.optimizers.SGD(1e-2, momentum=0.9, clipnorm=1.0)
    averaged = keras.optimizers.Adam(1e-2, use_ema=True)
    accumulated = keras.optimizers.Adam(1e-2, gradient_accumulation_steps=2)
    return {
        "momentum, clipnorm": sgd,
        "loss scale, averages": keras.optimizers.LossScaleOptimizer(averaged),
        "gradient accumulation": accumulated,
    }


@pytest.mark.parametrize("name", optimizers())
def test_a_learning_rate_that_would_destroy_the_weights_changes_nothing(digits, make_vae, name):
    optimizer = optimizers()[name]
    vae = make_vae(optimizer=optimizer)
    for updates in (0, 3):  # a fresh optimizer, and a used one
        optimizer.learning_rate = 1e-2
        for _ in range(updates):
            vae.train_on_batch(digits[:64])
        for rate in (np.nan, np.inf, 1e38):
            optimizer.learning_rate = rate
            before = state(vae)
            message = f"All 2 updates of epoch 1 were skipped: in each the learning rate was {rate:g}"
            with pytest.raises(ValueError, match=re.escape(message)):
                vae.fit(digits[:128], batch_size=64, verbose=0)
            after = state(vae)
            changed = {path for path in before if not np.array_equal(before[path], after[path], equal_nan=True)}
            assert changed == {vae.step.path}
    optimizer.learning_rate = 1e-2
    assert vae.fit(digits[:128], batch_size=64, verbose=0).history["skipped_updates"] == [0.0]
