"""Priors p(z): one class a file."""

from typing import Any

from keras_vae.priors.mixture_of_gaussians import MixtureOfGaussians
from keras_vae.priors.prior import Prior, known
from keras_vae.priors.standard_normal import StandardNormal
from keras_vae.priors.vamp import VampPrior


def get(identifier: Any) -> Prior:
    """Return the prior that a name, an instance or None (the standard normal) stands for."""
    return known.get("prior", identifier, Prior, default="standard_normal")


__all__ = ["MixtureOfGaussians", "Prior", "StandardNormal", "VampPrior", "get"]
