"""The moving parts between encoder and decoder."""

from keras_vae.layers.conv2d_transpose import Conv2DTranspose
from keras_vae.layers.kl_divergence import KLDivergence
from keras_vae.layers.sampling import Sampling

__all__ = ["Conv2DTranspose", "KLDivergence", "Sampling"]
