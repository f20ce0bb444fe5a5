"""The lectures' smallest net for 28 x 28 images: 784-256-2d."""

import keras

from keras_vae.networks import heads
from keras_vae.networks.mlp import mlp

SHAPE = (28, 28, 1)


def s0(input_shape=SHAPE, latent_dim: int = 2, num_parameters: int = 1) -> tuple[keras.Model, keras.Model]:
    """Make the net S0: 784 pixels, 256 hidden units, 2 x latent_dim heads, and back.

    Args:
        input_shape: (28, 28, 1), the only size of this net. Default (28, 28, 1).
        latent_dim: Int of at least 1. Default 2.
        num_parameters: Int, the likelihood's `num_parameters`. Default 1.

    Returns:
        `(encoder, decoder)` for x of shape `(28, 28, 1)`.

    Raises:
        ValueError: If `input_shape` is another one, or a number is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.s0(latent_dim=2)
    """
    shape = heads.only_shape("s0", input_shape, SHAPE)
    return mlp(shape, latent_dim, hidden=(256,), num_parameters=num_parameters)
