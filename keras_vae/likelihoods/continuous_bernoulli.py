"""The continuous Bernoulli likelihood."""

from keras_vae.distributions import continuous_bernoulli
from keras_vae.likelihoods.from_logits import FromLogits
from keras_vae.likelihoods.likelihood import known
from keras_vae.types import Seed, Tensor


@known("continuous_bernoulli", package="keras_vae")
class ContinuousBernoulli(FromLogits):
    """p(x|z) = continuous Bernoulli with parameter sigmoid(logits): a density on [0, 1].

    Args:
        from_logits: Bool, False if the decoder gives the parameter, in [0, 1], and no logits; see `Bernoulli`. The
            mean of p(x|z) is not the parameter. Default True.

    Raises:
        ValueError: If `from_logits` is no bool.

    Example:
    >>> keras_vae.VAE(encoder, decoder, likelihood="continuous_bernoulli")

    Reference: Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli", equations 5 to 8.
    """

    def log_density(self, x: Tensor, logits: Tensor) -> Tensor:
        """Return the Bernoulli's term plus the log of the normalizing constant."""
        return continuous_bernoulli.log_prob(x, logits)

    def mean_of_logits(self, logits: Tensor) -> Tensor:
        """Return the mean, which is not the parameter."""
        return continuous_bernoulli.mean(logits)

    def sample_of_logits(self, logits: Tensor, seed: Seed) -> Tensor:
        """Draw values in [0, 1]."""
        return continuous_bernoulli.sample(logits, seed)
