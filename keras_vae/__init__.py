"""Variational autoencoders for Keras 3, with the same numbers on TensorFlow, JAX and PyTorch."""

from keras_vae import (
    callbacks,
    datasets,
    distributions,
    evaluation,
    layers,
    likelihoods,
    networks,
    penalties,
    plots,
    posteriors,
    priors,
    schedules,
)
from keras_vae.models import VAE
from keras_vae.training import data_parallel
from keras_vae.version import __version__

__all__ = [
    "__version__",
    "VAE",
    "callbacks",
    "data_parallel",
    "datasets",
    "distributions",
    "evaluation",
    "layers",
    "likelihoods",
    "networks",
    "penalties",
    "plots",
    "posteriors",
    "priors",
    "schedules",
]
