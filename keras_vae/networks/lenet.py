"""The lectures' convolutional net for 28 x 28 images, of 30,955 parameters."""

from collections.abc import Mapping, Sequence

import keras
from keras import layers

from keras_vae.arguments import whole_number
from keras_vae.networks import image_layers
from keras_vae.networks.heads import only_shape, posterior

SHAPE = (28, 28, 1)


def lenet(
    input_shape: Sequence[int] = SHAPE,
    latent_dim: int = 20,
    num_parameters: int = 1,
    heads: Mapping[str, int] | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Make the 28 x 28 net: two 5 x 5 convolutions with pooling, two transposed 4 x 4 convolutions.

    Encoder: 6 maps, pool, 16 maps, pool, 256 features, two heads. Decoder: dense to 7 x 7 x 16, then 6 maps of
    14 x 14, then 28 x 28. With `latent_dim=20` it has 30,955 parameters.

    Args:
        input_shape: (28, 28, 1), the only size of this net. Default (28, 28, 1).
        latent_dim: Int of at least 1. Default 20.
        num_parameters: Int, the likelihood's `num_parameters`. Default 1.
        heads: Dict from the name of an encoder's output to its width, such as `posterior.heads(latent_dim)`; one
            entry gives one tensor, as an autoencoder's code. Default None: `mean` and `log_var`.

    Returns:
        `(encoder, decoder)` for x of shape `(28, 28, 1)`.

    Raises:
        ValueError: If `input_shape` is another one, or a number is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.lenet(latent_dim=20)

    Reference: after LeCun et al. 1998, "Gradient-based learning applied to document recognition".
    """
    x = keras.Input(only_shape("lenet", input_shape, SHAPE), name="x")
    h = image_layers.Conv2D(6, 5, activation="relu")(x)
    h = image_layers.MaxPooling2D()(h)
    h = image_layers.Conv2D(16, 5, activation="relu")(h)
    h = image_layers.Flatten()(image_layers.MaxPooling2D()(h))
    encoder = keras.Model(x, posterior(h, latent_dim, heads), name="encoder")

    outputs = whole_number("num_parameters", num_parameters)
    z = keras.Input((latent_dim,), name="z")
    h = layers.Reshape((7, 7, 16))(layers.Dense(784, activation="relu")(z))
    h = image_layers.Conv2DTranspose(6, 4, strides=2, padding="same", activation="relu")(h)
    h = image_layers.Conv2DTranspose(outputs, 4, strides=2, padding="same", name="parameters", dtype="float32")(h)
    return encoder, keras.Model(z, h, name="decoder")
