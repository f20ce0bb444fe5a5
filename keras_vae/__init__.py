"""Variational autoencoders for Keras 3, with the same numbers on TensorFlow, JAX and PyTorch."""

import importlib
from typing import TYPE_CHECKING, Any

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
    samplers,
    schedules,
)
from keras_vae.models import VAE, Autoencoder, ConditionalVAE, FactorVAE
from keras_vae.training import data_parallel
from keras_vae.version import __version__

if TYPE_CHECKING:
    from keras_vae import tuning as tuning

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
    "samplers",
    "schedules",
]


def __getattr__(name: str) -> Any:
    """Load `keras_vae.tuning` when it is asked for: it needs keras-tuner, an extra."""
    if name == "tuning":
        return importlib.import_module("keras_vae.tuning")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), "tuning"})
