"""`fit` and `evaluate`: what they take, log and refuse."""

import keras
import numpy as np
import pytest
from numpy_losses import numpy_losses

import keras_vae
from keras_vae.datasets import Batches

LOGS = {"loss", "reconstruction_loss", "kl_loss", "elbo", "beta"}


def test_evaluate_equals_a_recomputation_in_numpy(digits, make_vae, fixed_noise):
    vae = make_vae(beta=2.5)
    for batch_size in (256, 100):  # 100 leaves a partial batch
        result = vae.evaluate(digits, batch_size=batch_size, verbose=0, return_dict=True)
        assert set(result) == LOGS
        assert result == pytest.approx(numpy_losses(vae, digits, beta=2.5), rel=2e-5)


def test_sample_weight_and_a_denoising_target(digits, make_vae, fixed_noise):
    vae = make_vae()
    noisy = np.clip(digits + 0.1, 0, 1).astype("float32")
    weight = np.linspace(0, 2, len(digits)).astype("float32")
    result = vae.evaluate(noisy, digits, sample_weight=weight, batch_size=256, verbose=0, return_dict=True)
    assert result == pytest.approx(numpy_losses(vae, noisy, digits, weight), rel=2e-5)
    pair = vae.evaluate(digits, digits, batch_size=256, verbose=0, return_dict=True)
    assert pair == pytest.approx(vae.evaluate(digits, batch_size=256, verbose=0, return_dict=True), rel=1e-6)


def test_evaluate_lists_the_loss_first(digits, make_vae):
    vae = make_vae(compiled=False)
    vae.compile("adam", metrics=["mse"])
    listed = vae.evaluate(digits[:32], verbose=0)
    assert vae.metrics_names[0] == "loss" and len(listed) == 6
    result = vae.evaluate(digits, verbose=0, return_dict=True)
    mean = keras.ops.convert_to_numpy(vae.likelihood.mean(vae.predict(digits, verbose=0)["parameters"]))
    assert result["mse"] == pytest.approx(np.mean((mean - digits) ** 2), rel=0.05)  # other noise


def test_training_logs_and_validation_logs_agree_on_their_names(digits, make_vae):
    history = make_vae().fit(digits, validation_data=(digits[:50],), epochs=2, verbose=0).history
    assert set(history) == LOGS | {"skipped_updates"} | {f"val_{name}" for name in LOGS}
    for prefix in ("", "val_"):
        parts = {name: history[prefix + name][-1] for name in LOGS}
        assert parts["elbo"] == pytest.approx(-parts["reconstruction_loss"] - parts["kl_loss"], rel=1e-5)
        assert parts["loss"] == pytest.approx(parts["reconstruction_loss"] + parts["kl_loss"], rel=1e-5)


def test_beta_zero_makes_the_loss_the_reconstruction_and_elbo_is_independent_of_beta(digits, make_vae, fixed_noise):
    vae = make_vae(beta=0.0)
    result = vae.evaluate(digits, verbose=0, return_dict=True)
    assert result["loss"] == pytest.approx(result["reconstruction_loss"]) and result["kl_loss"] > 0
    vae.beta.assign(7.0)
    again = vae.evaluate(digits, verbose=0, return_dict=True)
    assert again["elbo"] == pytest.approx(result["elbo"], rel=1e-6)
    assert again["loss"] == pytest.approx(result["reconstruction_loss"] + 7.0 * result["kl_loss"], rel=1e-5)


def test_regularizers_and_free_bits_are_in_the_loss_only(digits, fixed_noise):
    x = keras.Input((64,))
    h = keras.layers.Dense(8, kernel_regularizer=keras.regularizers.L2(0.1))(x)
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    vae = keras_vae.VAE(encoder, keras_vae.networks.mlp((64,), 2, hidden=(8,))[1], free_bits=50.0)
    vae.compile("sgd")
    result = vae.evaluate(digits, batch_size=256, verbose=0, return_dict=True)
    expected = numpy_losses(vae, digits)
    penalty = 0.1 * np.sum(keras.ops.convert_to_numpy(encoder.layers[1].kernel) ** 2)
    assert result["kl_loss"] == pytest.approx(expected["kl_loss"], rel=2e-5)
    assert result["elbo"] == pytest.approx(expected["elbo"], rel=2e-5)
    assert result["loss"] == pytest.approx(expected["reconstruction_loss"] + 2 * 50.0 + penalty, rel=2e-5)


def sources(digits):
    """The kinds of data that `fit` takes, 256 rows in batches of 100 with a partial last one."""
    batches = [digits[i : i + 100] for i in range(0, 256, 100)]

    def tf_data():
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices(digits).batch(100)

    def loader():
        import torch

        return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(digits)), batch_size=100)

    return {
        "numpy": lambda: digits,
        "pair": lambda: (digits, digits),
        "tf.data": tf_data,
        "DataLoader": loader,
        "PyDataset": lambda: Batches(digits, 100, shuffle=False),
        "generator": lambda: ((batch,) for batch in batches),
        "padded": lambda: Batches(digits, 100, shuffle=False, remainder="pad"),
    }


@pytest.mark.parametrize("kind", ["numpy", "pair", "tf.data", "DataLoader", "PyDataset", "generator", "padded"])
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras', of a generator's end
def test_every_kind_of_data_gives_the_same_numbers(digits, make_vae, fixed_noise, kind):
    make = sources(digits)[kind]
    x, y = (make(), None) if kind != "pair" else make()
    batch = {"batch_size": 100} if kind in ("numpy", "pair") else {}
    vae = make_vae(optimizer=keras.optimizers.SGD(0.0))
    expected = numpy_losses(vae, digits)
    fitted = vae.fit(x, y, verbose=0, shuffle=False, **batch).history
    x, y = (make(), None) if kind != "pair" else make()
    evaluated = vae.evaluate(x, y, verbose=0, return_dict=True, **batch)
    for name in LOGS:
        assert fitted[name][0] == pytest.approx(expected[name], rel=2e-5), name
        assert evaluated[name] == pytest.approx(expected[name], rel=2e-5), name


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras', of a generator's end
def test_a_generator_as_validation_data_is_seen_whole(digits, make_vae, fixed_noise):
    def batches():
        for start in range(0, 256, 64):
            yield (digits[start : start + 64],)

    vae = make_vae(optimizer=keras.optimizers.SGD(0.0))
    history = vae.fit(digits, validation_data=batches(), verbose=0).history
    assert history["val_loss"][0] == pytest.approx(numpy_losses(vae, digits)["loss"], rel=2e-5)


def test_a_padded_batch_trains_as_the_partial_one(digits, make_vae, fixed_noise):
    weights = []
    for remainder in ("keep", "pad"):
        keras.utils.set_random_seed(1)
        vae = make_vae(optimizer=keras.optimizers.SGD(1e-2))
        vae.fit(Batches(digits, 100, remainder=remainder), epochs=2, verbose=0)
        weights.append(vae.get_weights())
    for kept, padded in zip(*weights, strict=True):
        np.testing.assert_allclose(kept, padded, rtol=1e-4, atol=1e-6)


def wrong_calls(vae, digits):
    narrow = digits[:, :50]
    no_rows = r"`x` must have at least one row. Received: x of shape \(0, 64\)"
    return {
        "fit x": (lambda: vae.fit(narrow, verbose=0), r"`x` must have the shape \(batch, 64\). Received: .*50\)"),
        "fit rank": (lambda: vae.fit(digits.reshape(-1, 8, 8), verbose=0), "`x` must have the shape"),
        "fit scalar": (
            lambda: vae.fit(np.float32(1), verbose=0),
            r"`x` must be an array of real numbers with rows .* Received: x of type numpy.float32 and shape \(\)",
        ),
        "fit nothing": (lambda: vae.fit(verbose=0), "`x` must be an array, a tensor or a data set. Received: x=None"),
        "fit y": (
            lambda: vae.fit(digits, digits.reshape(-1, 8, 8), verbose=0),
            "`y` must be the target of a denoising",
        ),
        "fit validation": (lambda: vae.fit(digits, validation_data=(narrow,), verbose=0), "`x` must have the shape"),
        "fit generator": (lambda: vae.fit(((b,) for b in [narrow]), verbose=0), "`x` must have the shape"),
        "evaluate": (lambda: vae.evaluate(narrow, verbose=0), "`x` must have the shape"),
        "evaluate y": (lambda: vae.evaluate(digits, narrow[:, :, None], verbose=0), "`y` must be the target"),
        "predict": (lambda: vae.predict(narrow, verbose=0), "`x` must have the shape"),
        "fit no rows": (lambda: vae.fit(digits[:0], verbose=0), no_rows),
        "fit validation of no rows": (lambda: vae.fit(digits, validation_data=(digits[:0],), verbose=0), no_rows),
        "evaluate no rows": (lambda: vae.evaluate(digits[:0], verbose=0), no_rows),
        "predict no rows": (lambda: vae.predict(digits[:0], verbose=0), no_rows),
    }


def test_a_wrong_shape_leaves_the_weights_intact(digits, make_vae, assert_unchanged):
    vae = make_vae()
    vae.fit(digits, verbose=0)
    for call, message in wrong_calls(vae, digits).values():
        with assert_unchanged(vae), pytest.raises(ValueError, match=message):
            call()
    assert np.isfinite(vae.fit(digits, verbose=0).history["loss"][0])


def test_a_batch_that_fails_within_the_step_leaves_the_weights_intact(digits, make_vae, assert_unchanged):
    vae = make_vae()
    vae.fit(digits, batch_size=64, verbose=0)

    def spoilt():  # only the first batch is seen before the epoch starts
        yield (digits[:64],)
        yield (digits[:64, :50],)

    own_error = "shape|size|dimension"  # TensorFlow notices before the step, in its own words
    with assert_unchanged(vae), pytest.raises(Exception, match=own_error):
        vae.evaluate(spoilt(), verbose=0)
    with pytest.raises(Exception, match=own_error):
        vae.fit(spoilt(), verbose=0)
    assert np.all(np.isfinite(vae.encode(digits)[0]))
    assert np.isfinite(vae.fit(digits, verbose=0).history["loss"][0])


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras', of a generator's end
def test_the_data_and_the_likelihood_must_agree(digits, make_vae):
    message = r"Bernoulli is defined for data in \[0, 1\], and the data have values outside it"
    vae = make_vae(optimizer=keras.optimizers.SGD(0.0))
    # Arrays are looked at before the first step, streams after the first epoch, before or without a validation.
    for kind, validation in (("numpy", (digits,)), ("generator", None), ("tf.data", (digits,)), ("DataLoader", None)):
        with pytest.warns(UserWarning, match=message) as warned:
            vae.fit(sources(255.0 * digits)[kind](), validation_data=validation, verbose=0)
        assert len([w for w in warned if "is defined for data" in str(w.message)]) == 1, kind
    make_vae(likelihood="laplace").fit(2.0 * digits, verbose=0)  # any value is in its support


def test_compile_refuses_a_loss_and_builds(make_vae):
    vae = make_vae(compiled=False)
    with pytest.raises(ValueError, match="`loss` must be None: a VAE minimises minus its ELBO.*Received: loss='mse'"):
        vae.compile("adam", loss="mse")
    assert not vae.built
    vae.compile()
    assert vae.built and len(vae.trainable_weights) == 10


def test_steps_per_execution(digits, make_vae):
    if keras.backend.backend() == "torch":
        vae = make_vae(compiled=False)
        vae.compile("adam", steps_per_execution=2)
        with pytest.raises(ValueError, match="`steps_per_execution` must be 1 with the PyTorch backend"):
            vae.fit(digits, verbose=0)
        return
    weights = []
    for n in (1, 3):
        keras.utils.set_random_seed(1)
        vae = make_vae(compiled=False)
        vae.compile(keras.optimizers.SGD(1e-2), steps_per_execution=n)
        vae.fit(Batches(digits, 64), epochs=2, verbose=0)
        weights.append(vae.get_weights())
    for one, several in zip(*weights, strict=True):
        np.testing.assert_allclose(one, several, rtol=1e-5, atol=1e-7)


def test_the_epochs_of_a_resumed_fit_do_not_stick(digits, make_vae, tmp_path):
    vae = make_vae()
    for epochs in (2, 4):
        backup = keras.callbacks.BackupAndRestore(str(tmp_path), delete_checkpoint=False)
        history = vae.fit(digits, epochs=epochs, callbacks=[backup], verbose=0)
    assert history.epoch == [2, 3]
    assert vae.fit(digits, epochs=1, verbose=0).epoch == [0]


def test_early_stopping_on_val_elbo(digits, make_vae):
    stop = keras.callbacks.EarlyStopping("val_elbo", mode="max", patience=1, start_from_epoch=2, min_delta=1e3)
    history = make_vae().fit(digits, validation_data=(digits,), epochs=9, callbacks=stop, verbose=0)
    assert len(history.epoch) == 4


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_data_that_run_out_take_no_step_and_no_noise(make_vae, digits):
    """Keras learns the length of a generator by asking for one batch too many."""

    def batches():
        for start in range(0, 256, 64):
            yield (digits[start : start + 64],)

    def state_after(vae):
        vae.evaluate(batches(), verbose=0)
        noises = vae.sampling.noise_states().values()
        return [int(vae.step), *(keras.ops.convert_to_numpy(state).tolist() for state in noises)]

    stream, known = make_vae(seed=1), make_vae(seed=1)
    stream.fit(batches(), verbose=0)
    known.fit(Batches(digits, 64, shuffle=False), verbose=0)
    state = state_after(stream)
    assert state == state_after(known) and state[0] == 4
