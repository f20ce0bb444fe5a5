"""The lectures' net for 64 x 64 colour images: four stride-2 convolutions, 4 x 4 x 256, latent 128, tanh."""

from collections.abc import Mapping, Sequence

import keras
from keras import layers

from keras_vae.arguments import one_of, whole_number
from keras_vae.networks import image_layers
from keras_vae.networks.heads import only_shape, posterior

FILTERS = (32, 64, 128, 256)


def faces64(
    input_shape: Sequence[int] = (64, 64, 3),
    latent_dim: int = 128,
    num_parameters: int = 1,
    decoder: str = "transposed",
    heads: Mapping[str, int] | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Make the 64 x 64 net; its decoder's means end in tanh, for data in [-1, 1] and a Gaussian or Laplace likelihood.

    Args:
        input_shape: (64, 64, channels), of any number of channels. Default (64, 64, 3).
        latent_dim: Int of at least 1. Default 128.
        num_parameters: Int, the likelihood's `num_parameters`: 2 for a scale "per_pixel". Of the outputs only the
            first, the means, go through tanh. Default 1.
        decoder: "transposed" (4 x 4 transposed convolutions of stride 2) or "upsampling" (nearest neighbour, then a
            3 x 3 convolution, which leaves no checkerboard). Default "transposed".
        heads: Dict from the name of an encoder's output to its width, such as `posterior.heads(latent_dim)`; one
            entry gives one tensor, as an autoencoder's code. Default None: `mean` and `log_var`.

    Returns:
        `(encoder, decoder)` for x of shape `(64, 64, channels)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
    >>> encoder, decoder = keras_vae.networks.faces64(decoder="upsampling")
    >>> vae = keras_vae.VAE(encoder, decoder, likelihood=keras_vae.likelihoods.Gaussian(sigma="learned"))
    >>> vae.compile()
    >>> vae.fit(2.0 * x - 1.0)

    References: Radford et al. 2016, "Unsupervised representation learning with DCGAN"; Odena et al. 2016,
    "Deconvolution and checkerboard artifacts".
    """
    one_of("decoder", decoder, ("transposed", "upsampling"))
    shape = only_shape("faces64", input_shape, (64, 64, "channels"))
    channels = shape[-1]
    x = keras.Input(shape, name="x")
    h = x
    for filters in FILTERS:
        h = image_layers.Conv2D(filters, 4, strides=2, padding="same", activation="relu")(h)
    encoder = keras.Model(x, posterior(image_layers.Flatten()(h), latent_dim, heads), name="encoder")

    def doubled(h, **arguments):
        if decoder == "transposed":
            return image_layers.Conv2DTranspose(kernel_size=4, strides=2, padding="same", **arguments)(h)
        return image_layers.Conv2D(kernel_size=3, padding="same", **arguments)(image_layers.UpSampling2D()(h))

    z = keras.Input((latent_dim,), name="z")
    h = layers.Reshape((4, 4, FILTERS[-1]))(layers.Dense(4 * 4 * FILTERS[-1], activation="relu")(z))
    for filters in FILTERS[-2::-1]:
        h = doubled(h, filters=filters, activation="relu")
    parameters = doubled(h, filters=channels, activation="tanh", name="parameters", dtype="float32")
    others = channels * (whole_number("num_parameters", num_parameters) - 1)
    if others:
        log_scales = doubled(h, filters=others, name="log_scales", dtype="float32")
        parameters = layers.Concatenate(name="event", dtype="float32")([parameters, log_scales])
    return encoder, keras.Model(z, parameters, name="decoder")
