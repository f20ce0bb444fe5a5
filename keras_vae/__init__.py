"""Variational autoencoders for Keras 3, with the same numbers on TensorFlow, JAX and PyTorch."""

from keras_vae import (
    bounds,
    callbacks,
    datasets,
    distributions,
    evaluation,
    flows,
    layers,
    likelihoods,
    networks,
    penalties,
    plots,
    posteriors,
    priors,
    schedules,
)
from keras_vae.models import VAE, Autoencoder, ConditionalVAE, FactorVAE
from keras_vae.training import data_parallel
from keras_vae.version import __version__

__all__ = [
    "__version__",
    "Autoencoder",
    "ConditionalVAE",
    "FactorVAE",
    "VAE",
    "bounds",
    "callbacks",
    "data_parallel",
    "datasets",
    "distributions",
    "evaluation",
    "flows",
    "layers",
    "likelihoods",
    "networks",
    "penalties",
    "plots",
    "posteriors",
    "priors",
    "schedules",
]
