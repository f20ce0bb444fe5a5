"""The continuous Bernoulli likelihood."""

import keras

from keras_vae.distributions import continuous_bernoulli
from keras_vae.likelihoods.likelihood import Likelihood


@keras.saving.register_keras_serializable(package="keras_vae")
class ContinuousBernoulli(Likelihood):
    """p(x|z) = continuous Bernoulli with parameter sigmoid(logits): a density on [0, 1].

    Example:
    >>> keras_vae.VAE(encoder, decoder, likelihood="continuous_bernoulli")

    Reference: Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli", equations 5 to 8.
    """

    support = (0.0, 1.0)

    def log_density(self, x, parameters):
        """Return the Bernoulli's term plus the log of the normalizing constant."""
        return continuous_bernoulli.log_prob(x, parameters)

    def mean(self, parameters):
        """Return the mean, which is not the parameter."""
        return continuous_bernoulli.mean(parameters)

    def sample(self, parameters, seed):
        """Draw values in [0, 1]."""
        return continuous_bernoulli.sample(parameters, seed)
