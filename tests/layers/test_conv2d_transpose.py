import keras
import numpy as np
import pytest
from contracts import config_round_trip
from gradients import gradients

from keras_vae.layers import Conv2DTranspose


@pytest.mark.parametrize("strides", [1, 2, (2, 3)])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, (4, 5)])
def test_numbers_and_gradients_are_those_of_keras(kernel_size, strides):
    random = np.random.default_rng(0)
    x = random.normal(size=(4, 5, 3, 2)).astype("float32")
    arguments = {"kernel_size": kernel_size, "strides": strides, "padding": "same", "activation": "tanh"}
    keras.utils.set_random_seed(1)
    theirs = keras.layers.Conv2DTranspose(3, **arguments)
    expected = theirs(x)
    ours = Conv2DTranspose(3, **arguments)
    ours.build(x.shape)
    ours.set_weights([*theirs.get_weights()[:1], random.normal(size=3)])
    theirs.set_weights(ours.get_weights())
    expected = keras.ops.convert_to_numpy(theirs(x))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ours(x)), expected, rtol=1e-5, atol=1e-6)

    def loss(layer):
        kernel, bias = layer.trainable_variables

        def of_arrays(x, value):
            with keras.StatelessScope(state_mapping=[(kernel, value), (bias, keras.ops.convert_to_tensor(bias))]):
                return keras.ops.sum(layer(x) ** 2)

        return of_arrays

    kernel = ours.get_weights()[0]
    for mine, other in zip(gradients(loss(ours), x, kernel), gradients(loss(theirs), x, kernel), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "arguments", [{"padding": "valid"}, {"output_padding": 1, "strides": 2}, {"dilation_rate": 2}, {"use_bias": False}]
)
def test_what_is_configured_otherwise_is_keras_own(arguments):
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 2)).astype("float32")
    arguments = {"padding": "same", **arguments}
    theirs, ours = (kind(3, 3, **arguments) for kind in (keras.layers.Conv2DTranspose, Conv2DTranspose))
    expected = theirs(x)
    ours.build(x.shape)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (ours(x), expected)), rtol=1e-5, atol=1e-6)


def test_contract():
    copy = config_round_trip(Conv2DTranspose(3, 4, strides=2, padding="same"), package="keras_vae.layers")
    assert tuple(copy(keras.KerasTensor((None, 7, 7, 2))).shape) == (None, 14, 14, 3)
