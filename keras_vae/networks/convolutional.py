"""Encoder and decoder of strided convolutions."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers

from keras_vae.arguments import whole_number, whole_numbers
from keras_vae.networks import image_layers
from keras_vae.networks.heads import condition, model, posterior, with_condition
from keras_vae.networks.strided import halved, of_three_axes, restored


def convolutional(
    input_shape: Sequence[int],
    latent_dim: int,
    filters: Sequence[int] = (32, 64),
    dense: int = 16,
    activation: Any = "relu",
    num_parameters: int = 1,
    heads: Mapping[str, int] | None = None,
    condition_shape: Sequence[int] | None = None,
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
        heads: Dict from the name of an encoder's output to its width, such as `posterior.heads(latent_dim)`; one
            entry gives one tensor, as an autoencoder's code. Default None: `mean` and `log_var`.
        condition_shape: Shape of a condition y without the batch, such as `(10,)` for one-hot labels, or None. The
            encoder then takes `[x, y]`, the decoder `[z, y]`; to x each number of y is a channel of
            one value. Default None.

    Returns:
        `(encoder, decoder)`: functional models x -> (mean, log_var) and z -> parameters, both ending in float32.

    Raises:
        ValueError: If `input_shape` has not three axes, or a size is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.convolutional((28, 28, 1), latent_dim=2)

    Reference: Chollet 2020, "Variational AutoEncoder", keras.io/examples/generative/vae.
    """
    shape = of_three_axes(input_shape)
    filters = whole_numbers("filters", filters)

    x, y = keras.Input(shape, name="x"), condition(condition_shape)
    small = halved(with_channels(x, y), filters, activation)
    h = layers.Dense(whole_number("dense", dense), activation=activation)(image_layers.Flatten()(small))
    encoder = model([x, *y], posterior(h, latent_dim, heads), name="encoder")

    z, y = keras.Input((latent_dim,), name="z"), condition(condition_shape)
    h = layers.Dense(math.prod(small.shape[1:]), activation=activation)(with_condition(z, y))
    h = restored(layers.Reshape(small.shape[1:])(h), filters, activation, shape, num_parameters)
    return encoder, model([z, *y], h, name="decoder")


def with_channels(x: Any, y: list[Any]) -> Any:
    """Return images with each number of the condition as a channel of one value."""
    if not y:
        return x
    numbers = layers.Reshape((1, 1, math.prod(y[0].shape[1:])), name="pixel_y")(y[0])
    channels = image_layers.UpSampling2D(x.shape[1:3], name="channels_y")(numbers)
    return layers.Concatenate(name="and_y")([x, channels])
