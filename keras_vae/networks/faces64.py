"""The lectures' net for 64 x 64 colour images: four stride-2 convolutions, 4 x 4 x 256, latent 128, tanh."""

import keras
from keras import layers

from keras_vae.arguments import one_of
from keras_vae.networks import heads, image_layers

FILTERS = (32, 64, 128, 256)


def faces64(latent_dim: int = 128, decoder: str = "transposed", channels: int = 3) -> tuple[keras.Model, keras.Model]:
    """Make the 64 x 64 net; its decoder ends in tanh, for data scaled to [-1, 1] and a Gaussian likelihood.

    Args:
        latent_dim: Int of at least 1. Default 128.
        decoder: "transposed" (4 x 4 transposed convolutions of stride 2) or "upsampling" (nearest neighbour, then a
            3 x 3 convolution, which leaves no checkerboard). Default "transposed".
        channels: Int of at least 1. Default 3.

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
    x = keras.Input(heads.image_shape((64, 64, channels)), name="x")
    h = x
    for filters in FILTERS:
        h = image_layers.Conv2D(filters, 4, strides=2, padding="same", activation="relu")(h)
    encoder = keras.Model(x, heads.posterior(image_layers.Flatten()(h), latent_dim), name="encoder")

    z = keras.Input((latent_dim,), name="z")
    h = layers.Reshape((4, 4, FILTERS[-1]))(layers.Dense(4 * 4 * FILTERS[-1], activation="relu")(z))
    for filters in (*FILTERS[-2::-1], None):
        # The last layer gives the image, in float32.
        last = dict(filters=channels, activation="tanh", name="parameters", dtype="float32")
        arguments = dict(filters=filters, activation="relu") if filters else last
        if decoder == "transposed":
            h = image_layers.Conv2DTranspose(kernel_size=4, strides=2, padding="same", **arguments)(h)
        else:
            h = image_layers.Conv2D(kernel_size=3, padding="same", **arguments)(image_layers.UpSampling2D()(h))
    return encoder, keras.Model(z, h, name="decoder")
