"""The Bernoulli likelihood."""

import keras
import numpy as np

from keras_vae.distributions import bernoulli
from keras_vae.likelihoods.likelihood import Likelihood


@keras.saving.register_keras_serializable(package="keras_vae")
class Bernoulli(Likelihood):
    """p(x|z) = Bernoulli(sigmoid(logits)): the decoder gives logits, the data lie in [0, 1].

    Grey data (between 0 and 1) are allowed, as in most of the literature on MNIST; the value is then a cross
    entropy and no log-density (`ContinuousBernoulli` is one).

    Example:
    >>> keras_vae.VAE(encoder, decoder, likelihood="bernoulli")

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", appendix C.1.
    """

    support = (0.0, 1.0)

    def log_density(self, x, parameters):
        """Return x log p + (1 - x) log(1 - p)."""
        return bernoulli.log_prob(x, parameters)

    def is_probability(self, x) -> bool:
        """Say whether all the data are 0 or 1."""
        return all(np.isin(x[start : start + 1000], (0.0, 1.0)).all() for start in range(0, len(x), 1000))

    def mean(self, parameters):
        """Return p."""
        return bernoulli.mean(parameters)

    def sample(self, parameters, seed):
        """Draw zeros and ones."""
        return bernoulli.sample(parameters, seed)
