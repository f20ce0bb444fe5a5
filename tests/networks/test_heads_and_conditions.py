import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import networks, posteriors

BUILDERS = {"conv": (6, 5, 1), "s0": (28, 28, 1), "lenet": (28, 28, 1), "faces64": (64, 64, 1)}
array = keras.ops.convert_to_numpy


def test_an_encoder_has_the_heads_of_any_posterior():
    encoder, _ = networks.mlp((6, 5, 1), 3, heads=posteriors.FullGaussian().heads(3))
    assert [tuple(o.shape) for o in encoder.outputs] == [(None, 3), (None, 3), (None, 3)]
    assert [o.dtype for o in encoder.outputs] == ["float32"] * 3 and encoder.get_layer("tril").units == 3


@pytest.mark.parametrize("name", BUILDERS)
def test_a_single_head_gives_one_tensor(name):
    encoder, decoder = networks.get(name)(BUILDERS[name], 3, heads={"code": 3})
    assert encoder.output_shape == (None, 3) == decoder.input_shape


def test_the_default_heads_are_mean_and_log_var():
    keras.utils.set_random_seed(3)
    encoder, _ = networks.mlp((4,), 2, hidden=(3,))
    keras.utils.set_random_seed(3)
    asked, _ = networks.mlp((4,), 2, hidden=(3,), heads={"mean": 2, "log_var": 2})
    for one, other in zip(encoder.get_weights(), asked.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("condition_shape", [(3,), (2, 2)])
@pytest.mark.parametrize("builder", [networks.mlp, networks.convolutional])
def test_a_condition_is_a_second_input_of_both_networks(builder, condition_shape):
    encoder, decoder = builder((6, 5, 1), 2, condition_shape=condition_shape)
    assert [tuple(i.shape) for i in encoder.inputs] == [(None, 6, 5, 1), (None, *condition_shape)]
    assert [tuple(i.shape) for i in decoder.inputs] == [(None, 2), (None, *condition_shape)]
    assert tuple(decoder.output.shape) == (None, 6, 5, 1)
    random = np.random.default_rng(0)
    x, z = random.random((4, 6, 5, 1)).astype("float32"), random.normal(size=(4, 2)).astype("float32")
    one, other = (random.normal(size=(4, *condition_shape)).astype("float32") for _ in range(2))
    assert not np.allclose(array(encoder([x, one])[0]), array(encoder([x, other])[0]))
    assert not np.allclose(array(decoder([z, one])), array(decoder([z, other])))


def test_the_condition_of_a_convolutional_encoder_is_channels_of_one_value():
    encoder, _ = networks.convolutional((4, 6, 1), 2, condition_shape=(3,))
    probe = keras.Model(encoder.inputs, encoder.get_layer("and_y").output)
    x, y = np.random.default_rng(0).random((2, 4, 6, 1)), np.float32([[1, 2, 3], [4, 5, 6]])
    result = array(probe([x.astype("float32"), y]))
    np.testing.assert_allclose(result[..., :1], x, rtol=1e-6)
    np.testing.assert_array_equal(result[..., 1:], np.tile(y[:, None, None], (1, 4, 6, 1)))


def test_spatial_codes_are_images_of_any_size():
    keras.config.set_dtype_policy("mixed_float16")
    encoder, decoder = networks.spatial((28, 28, 1), channels=2, filters=(3, 4))
    assert {o.dtype for model in (encoder, decoder) for o in model.outputs} == {"float32"}
    assert [tuple(o.shape) for o in encoder.outputs] == [(None, 7, 7, 2)] * 2
    assert decoder.input_shape == (None, 7, 7, 2) and decoder.output_shape == (None, 28, 28, 1)
    encoder, decoder = networks.spatial((13, 10, 3), 4, filters=(2, 3, 4), num_parameters=2, heads={"code": 4})
    assert encoder.output_shape == (None, 2, 2, 4) == decoder.input_shape and decoder.output_shape == (None, 13, 10, 6)
    assert encoder.count_params() == (27 * 2 + 2) + (18 * 3 + 3) + (27 * 4 + 4) + (4 * 4 + 4)


def test_a_spatial_code_sees_its_own_part_of_the_image():
    encoder, _ = networks.spatial((16, 16, 1), 2, filters=(3, 3))
    x = np.zeros((2, 16, 16, 1), "float32")
    x[1, :4, :4] = 1.0
    mean = array(encoder(x)[0])
    assert np.any(mean[0, 0, 0] != mean[1, 0, 0])
    np.testing.assert_array_equal(mean[0, 2:, 2:], mean[1, 2:, 2:])


def test_a_vae_with_spatial_codes_learns():
    x = keras_vae.datasets.load("digits").x_train[:64]
    encoder, decoder = networks.spatial(x.shape[1:], channels=2, filters=(4,))
    vae = keras_vae.VAE(encoder, decoder, seed=0)
    vae.compile(keras.optimizers.Adam(1e-2))
    loss = vae.fit(x, epochs=4, batch_size=16, verbose=0).history["loss"]
    assert vae.latent_shape == (4, 4, 2) and loss[-1] < loss[0]


def test_bad_arguments():
    for bad in ({}, {"mean": 0}, {1: 2}, ["mean"], {"": 1}):
        with pytest.raises(ValueError, match="`heads` must be"):
            networks.mlp((4,), 2, heads=bad)
    for bad in ((), (0,), "x"):
        with pytest.raises(ValueError, match=r"`condition_shape` must be the shape .* such as \(10,\). Received"):
            networks.mlp((4,), 2, condition_shape=bad)
    with pytest.raises(ValueError, match=r"`input_shape` must be \(height, width, channels\)"):
        networks.spatial((64,), 2)
    with pytest.raises(ValueError, match="`channels` must be a whole number of at least 1"):
        networks.spatial((8, 8, 1), 0)
