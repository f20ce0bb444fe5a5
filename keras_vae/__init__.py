"""Variational autoencoders for Keras 3, with the same numbers on TensorFlow, JAX and PyTorch."""

from keras_vae import callbacks, datasets, distributions, layers, likelihoods, networks, plots, priors, schedules
from keras_vae.models import VAE

__version__ = "0.1.0"

__all__ = [
    "VAE",
    "callbacks",
    "datasets",
    "distributions",
    "layers",
    "likelihoods",
    "networks",
    "plots",
    "priors",
    "schedules",
]
