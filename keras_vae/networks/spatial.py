"""Encoder and decoder of strided convolutions, with codes that are images."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from keras_vae.arguments import whole_number, whole_numbers
from keras_vae.networks import image_layers
from keras_vae.networks.heads import spatial_posterior
from keras_vae.networks.strided import halved, of_three_axes, restored


def spatial(
    input_shape: Sequence[int],
    channels: int,
    filters: Sequence[int] = (32, 64),
    activation: Any = "relu",
    num_parameters: int = 1,
    heads: Mapping[str, int] | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Make an encoder and a decoder of convolutions alone, whose codes are of shape height x width x channels.

    Each number of `filters` halves the image: from 28 x 28 x 1 the codes are 7 x 7 x `channels`.

    Args:
        input_shape: Three ints, `(height, width, channels)`; any size, also one that is not a multiple of 2: it is
            rounded up on the way down, and cut on the way back.
        channels: Int of at least 1, the channels of a code.
        filters: Ints of at least 1, a convolution of stride 2 each; the decoder has them in reverse. Default (32, 64).
        activation: Name or function, of the hidden layers. Default "relu".
        num_parameters: Int, the likelihood's `num_parameters`: 2 for a scale "per_pixel". Default 1.
        heads: Dict from the name of an encoder's output to its channels, such as `posterior.heads(channels)`; one
            entry gives one tensor, as an autoencoder's code. Default None: `mean` and `log_var`.

    Returns:
        `(encoder, decoder)`: functional models x -> (mean, log_var) and z -> parameters, both ending in float32.

    Raises:
        ValueError: If `input_shape` has not three axes, or a size is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.spatial((28, 28, 1), channels=2)
    >>> encoder.output_shape
    [(None, 7, 7, 2), (None, 7, 7, 2)]

    Reference: Rombach et al. 2022, "High-resolution image synthesis with latent diffusion models", section 3.1.
    """
    shape = of_three_axes(input_shape)
    filters = whole_numbers("filters", filters)

    x = keras.Input(shape, name="x")
    small = halved(x, filters, activation)
    encoder = keras.Model(x, spatial_posterior(small, channels, heads), name="encoder")

    z = keras.Input((*small.shape[1:3], whole_number("channels", channels)), name="z")
    h = image_layers.Conv2D(small.shape[-1], 3, padding="same", activation=activation)(z)
    return encoder, keras.Model(z, restored(h, filters, activation, shape, num_parameters), name="decoder")
