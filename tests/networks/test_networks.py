import inspect

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import networks

SHAPES = {"mlp": (5, 4, 3), "conv": (9, 6, 1), "s0": (28, 28, 1), "lenet": (28, 28, 1), "faces64": (64, 64, 3)}


def count(pair):
    return sum(model.count_params() for model in pair)


def shapes(pair):
    encoder, decoder = pair
    return [tuple(o.shape) for o in encoder.outputs], tuple(decoder.output.shape)


def test_the_lectures_parameter_counts():
    assert count(networks.lenet(latent_dim=20)) == 30_955
    # 784-256-2d and back: each dense layer has inputs x outputs + outputs parameters.
    for d in (2, 16):
        assert count(networks.s0(latent_dim=d)) == 200_960 + 2 * (257 * d) + 256 * d + 256 + 201_488
    # 784-256-64-16-64-256-784 is the lectures' autoencoder of 437,664; ours has two heads of 1,040 instead of one.
    assert count(networks.mlp((784,), 16, hidden=(256, 64))) == 437_664 + 1_040


def test_faces64_has_four_halvings_to_4_x_4_x_256_and_ends_in_tanh():
    for kind in ("transposed", "upsampling"):
        encoder, decoder = networks.faces64(decoder=kind)
        assert shapes((encoder, decoder)) == ([(None, 128)] * 2, (None, 64, 64, 3))
        flat = next(layer for layer in encoder.layers if isinstance(layer, keras.layers.Flatten))
        assert tuple(flat.input.shape) == (None, 4, 4, 256)
        image = decoder.predict(50 * np.ones((1, 128), "float32"), verbose=0)
        assert np.abs(image).max() <= 1.0
    kinds = {type(layer).__name__ for layer in networks.faces64(decoder="upsampling")[1].layers}
    assert "UpSampling2D" in kinds and "Conv2DTranspose" not in kinds


def test_every_network_is_called_alike():
    assert set(SHAPES) == set(networks.KNOWN)
    for name, shape in SHAPES.items():
        builder = networks.get(name)
        assert list(inspect.signature(builder).parameters)[:2] == ["input_shape", "latent_dim"]
        encoder, decoder = builder(shape, 3, num_parameters=2)
        assert encoder.input_shape == (None, *shape)
        assert shapes((encoder, decoder)) == ([(None, 3)] * 2, (None, *shape[:-1], 2 * shape[-1])), name


@pytest.mark.parametrize("kind", ["transposed", "upsampling"])
def test_the_scales_of_faces64_do_not_go_through_tanh(kind):
    encoder, decoder = networks.faces64((64, 64, 1), 4, num_parameters=2, decoder=kind)
    likelihood = keras_vae.likelihoods.Gaussian(sigma="per_pixel")
    parameters = decoder.predict(5000 * np.ones((1, 4), "float32"), verbose=0)
    mean, log_sigma = map(keras.ops.convert_to_numpy, likelihood.location_and_log_scale(parameters))
    assert np.abs(mean).max() <= 1.0 < np.abs(log_sigma).max()
    np.testing.assert_array_equal(mean, parameters[..., :1])


@pytest.fixture
def keras_json():
    """Let keras.json say channels_first, as old users' files do."""
    before = keras.config.image_data_format()

    def say(data_format):
        keras.config.set_image_data_format(data_format)

    yield say
    say(before)


@pytest.mark.parametrize("name", SHAPES)
def test_the_nets_are_channels_last_whatever_keras_json_says(name, keras_json):
    x, z = np.random.default_rng(0).random((2, *SHAPES[name])), np.random.default_rng(1).normal(size=(2, 3))

    def outputs(data_format):
        keras_json(data_format)
        keras.utils.set_random_seed(0)
        encoder, decoder = networks.get(name)(SHAPES[name], 3)
        assert decoder.output_shape == (None, *SHAPES[name])
        return [keras.ops.convert_to_numpy(part) for part in (*encoder(x), decoder(z))]

    for first, last in zip(outputs("channels_first"), outputs("channels_last"), strict=True):
        np.testing.assert_allclose(first, last, rtol=1e-5, atol=1e-6)


def test_convolutional_is_the_keras_examples_net_and_takes_any_size():
    encoder, decoder = networks.convolutional((28, 28, 1), 2)
    assert encoder.count_params() == 320 + 18_496 + 50_192 + 34 + 34
    assert shapes(networks.convolutional((50, 37, 3), 4, num_parameters=2)) == ([(None, 4)] * 2, (None, 50, 37, 6))


def test_outputs_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    for pair in (
        networks.mlp((8, 8, 1), 2),
        networks.convolutional((8, 8, 1), 2),
        networks.lenet(),
        networks.faces64(),
    ):
        assert {o.dtype for model in pair for o in model.outputs} == {"float32"}


def test_bad_arguments():
    with pytest.raises(ValueError, match="`latent_dim` must be a whole number of at least 1. Received: latent_dim=0"):
        networks.mlp((64,), 0)
    with pytest.raises(ValueError, match=r"`input_shape` must be \(height, width, channels\)"):
        networks.convolutional((64,), 2)
    with pytest.raises(ValueError, match="`input_shape` must be the shape of one example"):
        networks.mlp((8, 0), 2)
    with pytest.raises(ValueError, match="`network` must be one of 'mlp', 'conv', .* Received: network='resnet'"):
        networks.get("resnet")
    for builder in (networks.s0, networks.lenet):
        with pytest.raises(ValueError, match=r"must be \(28, 28, 1\), .* Received: input_shape=\(28, 28, 3\)"):
            builder((28, 28, 3), 2)
    with pytest.raises(ValueError, match=r"must be \(64, 64, channels\), .* Received: input_shape=\(32, 32, 3\)"):
        networks.faces64((32, 32, 3))
    with pytest.raises(ValueError, match=r"by its name: lenet\(latent_dim=20\). Received: input_shape=20"):
        networks.lenet(20)  # as in 0.2
    for builder in networks.KNOWN.values():
        with pytest.raises(ValueError, match="`input_shape` must be"):
            builder(None, 2)
        with pytest.raises(ValueError, match="`num_parameters` must be a whole number"):
            builder(SHAPES["faces64"] if builder is networks.faces64 else (28, 28, 1), 2, num_parameters=0)
    with pytest.raises(ValueError, match="`decoder` must be one of 'transposed', 'upsampling'"):
        networks.faces64(decoder="x")
