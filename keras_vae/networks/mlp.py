"""Encoder and decoder of dense layers."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers

from keras_vae.arguments import whole_number, whole_numbers
from keras_vae.networks import image_layers
from keras_vae.networks.heads import condition, dense_parameters, image_shape, model, posterior, with_condition


def mlp(
    input_shape: Sequence[int],
    latent_dim: int,
    hidden: Sequence[int] = (512,),
    activation: Any = "relu",
    num_parameters: int = 1,
    heads: Mapping[str, int] | None = None,
    condition_shape: Sequence[int] | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Make an encoder and a decoder of dense layers.

    Args:
        input_shape: Tuple of ints, the shape of one example, such as `(28, 28, 1)`; it is flattened.
        latent_dim: Int of at least 1.
        hidden: Ints of at least 1, the widths of the encoder's hidden layers; the decoder has them in reverse.
            Default (512,).
        activation: Name or function, of the hidden layers. Default "relu".
        num_parameters: Int, the likelihood's `num_parameters`: 2 for a scale "per_pixel". Default 1.
        heads: Dict from the name of an encoder's output to its width, such as `posterior.heads(latent_dim)`; one
            entry gives one tensor, as an autoencoder's code. Default None: `mean` and `log_var`.
        condition_shape: Shape of a condition y without the batch, such as `(10,)` for one-hot labels, or None. The
            encoder then takes `[x, y]`, the decoder `[z, y]`. Default None.

    Returns:
        `(encoder, decoder)`: functional models x -> (mean, log_var) and z -> parameters, both ending in float32.

    Raises:
        ValueError: If a size is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=16, hidden=(512, 256))

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", appendix C.
    """
    shape = image_shape(input_shape)
    hidden = whole_numbers("hidden", hidden)

    x, y = keras.Input(shape, name="x"), condition(condition_shape)
    h = with_condition(image_layers.Flatten()(x), y)
    for width in hidden:
        h = layers.Dense(width, activation=activation)(h)
    encoder = model([x, *y], posterior(h, latent_dim, heads), name="encoder")

    z, y = keras.Input((latent_dim,), name="z"), condition(condition_shape)
    h = with_condition(z, y)
    for width in reversed(hidden):
        h = layers.Dense(width, activation=activation)(h)
    output_shape = (*shape[:-1], shape[-1] * whole_number("num_parameters", num_parameters))
    return encoder, model([z, *y], dense_parameters(h, output_shape), name="decoder")
