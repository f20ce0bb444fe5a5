"""The Gaussian posterior with independent numbers."""

from collections.abc import Sequence
from typing import Any

from keras_vae import batch
from keras_vae.distributions import normal
from keras_vae.posteriors.posterior import Posterior, by_channel, known
from keras_vae.types import Seed, Tensor


@known("gaussian")
class Gaussian(Posterior):
    """q(z|x) = N(mean, diag(exp(log_var))), of codes of any shape.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2)
    >>> vae = keras_vae.VAE(encoder, decoder, posterior=keras_vae.posteriors.Gaussian())

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", equation 9.
    """

    @property
    def is_diagonal(self) -> bool:
        """Whether q(z|x) is the Gaussian of independent numbers that `moments` describes: here it is."""
        return True

    def sample(self, parameters: Sequence[Tensor], seed: Seed) -> tuple[Tensor, Tensor]:
        """Draw z = mean + exp(log_var / 2) * epsilon, and say log q of it."""
        mean, log_var = parameters
        z = normal.sample(mean, log_var, seed)
        return z, self.log_prob(z, parameters)

    def log_prob(self, z: Tensor, parameters: Sequence[Tensor]) -> Tensor:
        """Return log N(z; mean, exp(log_var))."""
        return batch.sum_of_events(normal.log_prob(z, *parameters))

    def moments(self, parameters: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return mean and log_var."""
        return parameters[0], parameters[1]

    def kl_in_closed_form(self, parameters: Sequence[Tensor], prior: Any) -> Tensor | None:
        """Return the prior's KL of each number of the code, summed for each channel; None where it has no such form."""
        of_each = prior.kl_of_gaussian(*parameters)
        return None if of_each is None else by_channel(of_each)
