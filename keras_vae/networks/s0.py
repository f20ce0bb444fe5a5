"""The lectures' smallest net for 28 x 28 images: 784-256-2d."""

from collections.abc import Mapping, Sequence

import keras

from keras_vae.networks.heads import only_shape
from keras_vae.networks.mlp import mlp

SHAPE = (28, 28, 1)


def s0(
    input_shape: Sequence[int] = SHAPE,
    latent_dim: int = 2,
    num_parameters: int = 1,
    heads: Mapping[str, int] | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Make the net S0: 784 pixels, 256 hidden units, 2 x latent_dim heads, and back.

    Args:
        input_shape: (28, 28, 1), the only size of this net. Default (28, 28, 1).
        latent_dim: Int of at least 1. Default 2.
        num_parameters: Int, the likelihood's `num_parameters`. Default 1.
        heads: Dict from the name of an encoder's output to its width, such as `posterior.heads(latent_dim)`; one
            entry gives one tensor, as an autoencoder's code. Default None: `mean` and `log_var`.

    Returns:
        `(encoder, decoder)` for x of shape `(28, 28, 1)`.

    Raises:
        ValueError: If `input_shape` is another one, or a number is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.s0(latent_dim=2)
    """
    shape = only_shape("s0", input_shape, SHAPE)
    return mlp(shape, latent_dim, hidden=(256,), num_parameters=num_parameters, heads=heads)
