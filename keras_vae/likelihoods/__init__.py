"""Likelihoods p(x|z): one class a file."""

from typing import Any

from keras_vae.likelihoods.bernoulli import Bernoulli
from keras_vae.likelihoods.continuous_bernoulli import ContinuousBernoulli
from keras_vae.likelihoods.discretized_logistic import DiscretizedLogistic
from keras_vae.likelihoods.gaussian import Gaussian
from keras_vae.likelihoods.laplace import Laplace
from keras_vae.likelihoods.likelihood import Likelihood, known


def get(identifier: Any) -> Likelihood:
    """Return the likelihood that a name (with its default arguments) or an instance stands for."""
    return known.get("likelihood", identifier, Likelihood)


__all__ = ["Bernoulli", "ContinuousBernoulli", "DiscretizedLogistic", "Gaussian", "Laplace", "Likelihood", "get"]
