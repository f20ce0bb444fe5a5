"""The Bernoulli likelihood."""

import numpy as np

from keras_vae.distributions import bernoulli
from keras_vae.likelihoods.from_logits import FromLogits
from keras_vae.likelihoods.likelihood import known
from keras_vae.types import Seed, Tensor


@known("bernoulli", package="keras_vae")
class Bernoulli(FromLogits):
    """p(x|z) = Bernoulli(sigmoid(logits)): the decoder gives logits, the data lie in [0, 1].

    Grey data (between 0 and 1) are allowed, as in most of the literature on MNIST; the value is then a cross
    entropy and no log-density (`ContinuousBernoulli` is one).

    With `from_logits=False` the decoder gives probabilities. If it ends in a sigmoid (of its last layer, of a layer or
    an operation of its own, also in a nested model, also before layers that only move values, such as `Reshape`), a
    `VAE` computes with the logits before it: exact, and with a gradient, however near p is to 0 or 1. If it is another
    decoder (`hard_sigmoid`, a model whose `call` is your own), p is kept 1e-7 from 0 and 1, as Keras' losses do: the
    loss stops at 16 nats a value, and has no gradient there.

    Args:
        from_logits: Bool, False if the decoder gives probabilities and no logits. Default True.

    Raises:
        ValueError: If `from_logits` is no bool.

    Example:
    >>> keras_vae.VAE(encoder, decoder, likelihood="bernoulli")

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", appendix C.1.
    """

    def log_density(self, x: Tensor, logits: Tensor) -> Tensor:
        """Return x log p + (1 - x) log(1 - p)."""
        return bernoulli.log_prob(x, logits)

    def is_probability(self, x: np.ndarray) -> bool:
        """Say whether all the data are 0 or 1."""
        return all(np.isin(x[start : start + 1000], (0.0, 1.0)).all() for start in range(0, len(x), 1000))

    def mean_of_logits(self, logits: Tensor) -> Tensor:
        """Return p."""
        return bernoulli.mean(logits)

    def sample_of_logits(self, logits: Tensor, seed: Seed) -> Tensor:
        """Draw zeros and ones."""
        return bernoulli.sample(logits, seed)
