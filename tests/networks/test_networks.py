import keras
import numpy as np
import pytest

from keras_vae import networks


def count(pair):
    return sum(model.count_params() for model in pair)


def shapes(pair):
    encoder, decoder = pair
    return [tuple(o.shape) for o in encoder.outputs], tuple(decoder.output.shape)


def test_the_lectures_parameter_counts():
    assert count(networks.lenet(latent_dim=20)) == 30_955
    # 784-256-2d and back: each dense layer has inputs x outputs + outputs parameters.
    for d in (2, 16):
        assert count(networks.s0(d)) == 200_960 + 2 * (257 * d) + 256 * d + 256 + 201_488
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
    with pytest.raises(ValueError, match="`decoder` must be one of 'transposed', 'upsampling'"):
        networks.faces64(decoder="x")
