"""Encoder and decoder of strided convolutions."""

import math
from collections.abc import Sequence

import keras
from keras import layers

from keras_vae.arguments import whole_number
from keras_vae.networks import heads, image_layers


def convolutional(
    input_shape,
    latent_dim: int,
    filters: Sequence[int] = (32, 64),
    dense: int = 16,
    activation="relu",
    num_parameters: int = 1,
) -> tuple[keras.Model, keras.Model]:
    """Make an encoder of stride-2 convolutions and a decoder of stride-2 transposed convolutions, 3 x 3.

    With the default sizes on 28 x 28 x 1 it is the net of the Keras VAE example.

    Args:
        input_shape: Three ints, `(height, width, channels)`; any size, also one that is not a multiple of 2.
        latent_dim: Int of at least 1.
        filters: Ints of at least 1, a convolution each; the decoder has them in reverse. Default (32, 64).
        dense: Int of at least 1, the encoder's dense layer before its heads. Default 16.
        activation: Name or function, of the hidden layers. Default "relu".
        num_parameters: Int, the likelihood's `num_parameters`: 2 for a scale "per_pixel". Default 1.

    Returns:
        `(encoder, decoder)`: functional models x -> (mean, log_var) and z -> parameters, both ending in float32.

    Raises:
        ValueError: If `input_shape` has not three axes, or a size is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.convolutional((28, 28, 1), latent_dim=2)

    Reference: Chollet 2020, "Variational AutoEncoder", keras.io/examples/generative/vae.
    """
    shape = heads.image_shape(input_shape)
    if len(shape) != 3:
        raise ValueError(f"`input_shape` must be (height, width, channels). Received: input_shape={input_shape!r}")
    filters = heads.widths("filters", filters)
    height, width, channels = shape

    x = keras.Input(shape, name="x")
    h = x
    for count in filters:
        h = image_layers.Conv2D(count, 3, strides=2, padding="same", activation=activation)(h)
    small = h.shape[1:]
    h = layers.Dense(whole_number("dense", dense), activation=activation)(image_layers.Flatten()(h))
    encoder = keras.Model(x, heads.posterior(h, latent_dim), name="encoder")

    z = keras.Input((latent_dim,), name="z")
    h = layers.Dense(math.prod(small), activation=activation)(z)
    h = layers.Reshape(small)(h)
    for count in reversed(filters):
        h = image_layers.Conv2DTranspose(count, 3, strides=2, padding="same", activation=activation)(h)
    # Sizes that are not a multiple of 2 ** len(filters) were rounded up on the way down.
    h = image_layers.Cropping2D(((0, h.shape[1] - height), (0, h.shape[2] - width)))(h)
    outputs = channels * whole_number("num_parameters", num_parameters)
    h = image_layers.Conv2D(outputs, 3, padding="same", name="parameters", dtype="float32")(h)
    return encoder, keras.Model(z, h, name="decoder")
