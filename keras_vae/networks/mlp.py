"""Encoder and decoder of dense layers."""

from collections.abc import Sequence

import keras
from keras import layers

from keras_vae.arguments import whole_number
from keras_vae.networks import heads, image_layers


def mlp(
    input_shape,
    latent_dim: int,
    hidden: Sequence[int] = (512,),
    activation="relu",
    num_parameters: int = 1,
) -> tuple[keras.Model, keras.Model]:
    """Make an encoder and a decoder of dense layers.

    Args:
        input_shape: Tuple of ints, the shape of one example, such as `(28, 28, 1)`; it is flattened.
        latent_dim: Int of at least 1.
        hidden: Ints of at least 1, the widths of the encoder's hidden layers; the decoder has them in reverse.
            Default (512,).
        activation: Name or function, of the hidden layers. Default "relu".
        num_parameters: Int, the likelihood's `num_parameters`: 2 for a scale "per_pixel". Default 1.

    Returns:
        `(encoder, decoder)`: functional models x -> (mean, log_var) and z -> parameters, both ending in float32.

    Raises:
        ValueError: If a size is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=16, hidden=(512, 256))

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", appendix C.
    """
    shape = heads.image_shape(input_shape)
    hidden = heads.widths("hidden", hidden)

    x = keras.Input(shape, name="x")
    h = image_layers.Flatten()(x)
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
    encoder = keras.Model(x, heads.posterior(h, latent_dim), name="encoder")

    z = keras.Input((latent_dim,), name="z")
    h = z
    for width in reversed(hidden):
        h = layers.Dense(width, activation=activation)(h)
    output_shape = (*shape[:-1], shape[-1] * whole_number("num_parameters", num_parameters))
    return encoder, keras.Model(z, heads.dense_parameters(h, output_shape), name="decoder")
