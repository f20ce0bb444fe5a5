"""Models before they are compiled, built or trained."""

import keras
import numpy as np
import pytest

import keras_vae


def test_fit_and_evaluate_before_compile_say_so(digits, make_vae):
    vae = make_vae(compiled=False)
    for name in ("fit", "evaluate"):
        with pytest.raises(ValueError, match=rf"You must call `compile\(\)` before calling `{name}\(\)`"):
            getattr(vae, name)(digits, verbose=0)
    assert vae.predict(digits, verbose=0)["mean"].shape == (256, 2)  # as every Keras model: nothing is trained


def test_a_model_whose_encoder_is_built_is_built_when_asked(digits, make_vae, tmp_path):
    trained = make_vae()
    trained.fit(digits, verbose=0)
    trained.save_weights(tmp_path / "vae.weights.h5")
    assert make_vae(compiled=False).count_params() == trained.count_params()
    fresh = make_vae(compiled=False)
    fresh.load_weights(tmp_path / "vae.weights.h5")
    np.testing.assert_allclose(fresh.encode(digits)[0], trained.encode(digits)[0], rtol=1e-6)


def test_a_model_that_was_never_called_is_exported(digits, make_vae, tmp_path):
    if keras.backend.backend() == "torch":
        pytest.skip("Keras on PyTorch cannot write a SavedModel of a model with rows of any number")
    import tensorflow as tf

    vae = make_vae(compiled=False)
    vae.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    served = exported.serve(digits[:5])
    np.testing.assert_allclose(served["mean"], vae.encode(digits[:5])[0], rtol=1e-5, atol=1e-6)


def net(rates):
    """A net with a Dropout of each rate, and that of the decoder."""
    x = keras.Input((64,))
    h = keras.layers.Dense(8, activation="relu")(x)
    for rate in rates:
        h = keras.layers.Dropout(rate, seed=round(100 * rate))(h)
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    vae = keras_vae.VAE(encoder, keras_vae.networks.mlp((64,), 2, hidden=(8,))[1], seed=1)
    vae.compile(keras.optimizers.Adam(1e-2))
    return vae


@pytest.mark.parametrize(("before", "after"), [((), (0.2,)), ((0.2,), ()), ((0.2,), (0.1, 0.3)), ((0.2, 0.4), (0.2,))])
def test_weights_open_in_a_net_with_other_dropouts(digits, tmp_path, before, after):
    old, new = net(before), net(after)
    old.fit(digits, verbose=0)
    old.save_weights(tmp_path / "old.weights.h5")
    new.load_weights(tmp_path / "old.weights.h5")
    np.testing.assert_allclose(new.encode(digits)[0], old.encode(digits)[0], rtol=1e-6)
    noise = [np.asarray(keras.ops.convert_to_numpy(vae.sampling.training_noise.state)) for vae in (old, new)]
    np.testing.assert_array_equal(*noise)  # the layers that both have go on where the saved ones stopped
    states = {name: np.asarray(keras.ops.convert_to_numpy(s)) for name, s in new.noise_states().items()}
    assert len(states) == 2 + len(after)  # the model's own two streams
    assert np.isfinite(new.fit(digits, verbose=0).history["loss"][0])
