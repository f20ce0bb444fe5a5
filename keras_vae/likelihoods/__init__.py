"""Likelihoods p(x|z): one class a file."""

from keras_vae.arguments import one_of
from keras_vae.likelihoods.bernoulli import Bernoulli
from keras_vae.likelihoods.continuous_bernoulli import ContinuousBernoulli
from keras_vae.likelihoods.discretized_logistic import DiscretizedLogistic
from keras_vae.likelihoods.gaussian import Gaussian
from keras_vae.likelihoods.laplace import Laplace
from keras_vae.likelihoods.likelihood import Likelihood

KNOWN = {
    "bernoulli": Bernoulli,
    "continuous_bernoulli": ContinuousBernoulli,
    "discretized_logistic": DiscretizedLogistic,
    "gaussian": Gaussian,
    "laplace": Laplace,
}


def get(identifier) -> Likelihood:
    """Return the likelihood that a name (with its default arguments) or an instance stands for."""
    if isinstance(identifier, Likelihood):
        return identifier
    return KNOWN[one_of("likelihood", identifier, KNOWN)]()


__all__ = ["Bernoulli", "ContinuousBernoulli", "DiscretizedLogistic", "Gaussian", "Laplace", "Likelihood", "get"]
