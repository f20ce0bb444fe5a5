import keras
import numpy as np
import pytest
from contracts import gaussian_layer_contract

from keras_vae.layers import Sampling

ZEROS = np.zeros((6, 2), "float32")


def draw(layer, **arguments):
    return keras.ops.convert_to_numpy(layer([ZEROS, ZEROS], **arguments))


def test_contract():
    gaussian_layer_contract(Sampling(seed=3), outputs=[(None, 3)])


def test_the_lectures_example(monkeypatch):
    epsilon = keras.ops.convert_to_tensor(np.float32([[0.6, -0.2]]))
    monkeypatch.setattr(keras.random, "normal", lambda shape, **_: epsilon)
    z = Sampling()([np.float32([[0.4, -0.3]]), np.float32([[-1.4, -2.0]])])
    np.testing.assert_allclose(z, [[0.698, -0.374]], atol=5e-4)


def test_noise_never_repeats_and_does_with_a_seed():
    layer = Sampling()
    draws = [draw(layer, training=training) for training in (True, True, False, False)]
    assert len({d.tobytes() for d in draws}) == 4
    assert not np.array_equal(draw(Sampling(), training=True), draw(Sampling(), training=True))
    one, other = Sampling(seed=5), Sampling(seed=5)
    for training in (True, False, True):
        np.testing.assert_array_equal(draw(one, training=training), draw(other, training=training))


def test_evaluation_does_not_move_the_noise_of_training():
    one, other = Sampling(seed=5), Sampling(seed=5)
    draw(one, training=False)
    np.testing.assert_array_equal(draw(one, training=True), draw(other, training=True))


def test_neighbouring_seeds_share_no_stream():
    draws = []
    for seed in (1, 2, 3):
        layer = Sampling(seed=seed)
        draws += [draw(layer, training=training) for training in (True, True, False, False)]
    assert len({d.tobytes() for d in draws}) == 12


def test_a_loaded_layer_goes_on_where_the_saved_one_stopped(tmp_path):
    mean = keras.Input((2,))
    model = keras.Model(mean, Sampling(seed=5)([mean, mean]))
    first = model.predict(ZEROS, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    second = loaded.predict(ZEROS, verbose=0)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(second, model.predict(ZEROS, verbose=0))


def test_bad_input():
    with pytest.raises(ValueError, match=r"Sampling must be called on \(mean, log_var\), two tensors of one shape"):
        Sampling()([ZEROS, np.zeros((6, 3), "float32")])
    with pytest.raises(ValueError, match="Sampling must be called on"):
        Sampling()(ZEROS)
    with pytest.raises(ValueError, match="`seed` must be an int or None. Received: seed='x'"):
        Sampling(seed="x")
