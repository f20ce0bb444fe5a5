"""Convolutions that halve an image, and those that bring it back."""

from collections.abc import Sequence
from typing import Any

from keras_vae.arguments import shown, whole_number
from keras_vae.layers import Conv2DTranspose
from keras_vae.networks import image_layers
from keras_vae.networks.heads import image_shape


def of_three_axes(input_shape: Any) -> tuple[int, ...]:
    """Return `(height, width, channels)`; raise a ValueError for another shape."""
    shape = image_shape(input_shape)
    if len(shape) != 3:
        raise ValueError(f"`input_shape` must be (height, width, channels). Received: input_shape={shown(input_shape)}")
    return shape


def halved(x: Any, filters: Sequence[int], activation: Any) -> Any:
    """Apply a 3 x 3 convolution of stride 2 for each number of filters; an odd size is rounded up."""
    for count in filters:
        x = image_layers.Conv2D(count, 3, strides=2, padding="same", activation=activation)(x)
    return x


def restored(h: Any, filters: Sequence[int], activation: Any, shape: tuple[int, ...], num_parameters: int) -> Any:
    """Apply the transposed convolutions in reverse, cut to the image's size, and give the likelihood's parameters."""
    height, width, channels = shape
    for count in reversed(filters):
        h = Conv2DTranspose(count, 3, strides=2, padding="same", activation=activation, data_format="channels_last")(h)
    # Sizes that are not a multiple of 2 ** len(filters) were rounded up on the way down.
    h = image_layers.Cropping2D(((0, h.shape[1] - height), (0, h.shape[2] - width)))(h)
    outputs = channels * whole_number("num_parameters", num_parameters)
    return image_layers.Conv2D(outputs, 3, padding="same", name="parameters", dtype="float32")(h)
