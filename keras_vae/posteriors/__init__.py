"""Posteriors q(z|x): one class a file."""

from typing import Any

from keras_vae.posteriors.flow import Flow
from keras_vae.posteriors.full_gaussian import FullGaussian
from keras_vae.posteriors.gaussian import Gaussian
from keras_vae.posteriors.posterior import Posterior, known


def get(identifier: Any) -> Posterior:
    """Return the posterior that a name, an instance or None (the Gaussian) stands for."""
    return known.get("posterior", identifier, Posterior, default="gaussian")


__all__ = ["Flow", "FullGaussian", "Gaussian", "Posterior", "get"]
