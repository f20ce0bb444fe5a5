"""The Gaussian posterior with a full covariance."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_vae.arguments import whole_number
from keras_vae.batch import replicas
from keras_vae.distributions import normal
from keras_vae.posteriors.posterior import Posterior, known
from keras_vae.types import Seed, Tensor


@known("full_gaussian")
class FullGaussian(Posterior):
    """q(z|x) = N(mean, L L'), L = diag(exp(log_var / 2)) (I + T), T strictly lower triangular.

    The encoder returns `mean`, `log_var` and `tril`, the d (d - 1) / 2 numbers of T, row by row. `log_var` is the
    log-variance of a number given those before it; without T it is the Gaussian's.

    Raises:
        ValueError: If codes are not of shape `(batch, latent_dim)`, or `latent_dim` is 1.

    Example:
    >>> posterior = keras_vae.posteriors.FullGaussian()
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=4, heads=posterior.heads(4))
    >>> vae = keras_vae.VAE(encoder, decoder, posterior=posterior)

    Reference: Kingma and Welling 2019, "An introduction to variational autoencoders", section 2.5.1.
    """

    names = ("mean", "log_var", "tril")

    def heads(self, latent_dim: int) -> dict[str, int]:
        """Return how wide the encoder's outputs are; see `Posterior.heads`."""
        latent_dim = whole_number("latent_dim", latent_dim, low=2)
        return {**super().heads(latent_dim), "tril": _num_below_diagonal(latent_dim)}

    def shape_of_codes(self, shapes: Sequence[tuple], subject: str = "The parameters must be") -> tuple:
        """Return the shape of z from those of the parameters; see `Posterior.shape_of_codes`."""
        codes = super().shape_of_codes(shapes, subject)
        tril = tuple(shapes[2])
        if len(codes) != 2 or codes[1] < 2 or tril[1:] != (_num_below_diagonal(codes[1]),):
            raise self.refused(shapes, subject)
        return codes

    def expected_parameters(self) -> str:
        """Say in words what the encoder must return."""
        return (
            "(mean, log_var, tril), mean and log_var of one shape (batch, d) with d of at least 2, tril of shape "
            "(batch, d * (d - 1) / 2)"
        )

    def sample(self, parameters: Sequence[Tensor], seed: Seed) -> tuple[Tensor, Tensor]:
        """Draw z = mean + L epsilon, and say log q of it."""
        mean, log_var, tril = parameters
        epsilon = replicas.standard_normal(ops.shape(mean), mean.dtype, seed)
        scale = ops.exp(0.5 * ops.minimum(log_var, normal.MAX_LOG_VAR))
        z = mean + scale * ops.sum(_unit_triangle(tril, mean.shape[1]) * epsilon[:, None, :], axis=-1)
        return z, _log_prob_of_noise(epsilon, log_var)

    def log_prob(self, z: Tensor, parameters: Sequence[Tensor]) -> Tensor:
        """Return log N(z; mean, L L')."""
        mean, log_var, tril = parameters
        scaled = ops.exp(-0.5 * log_var) * (z - mean)
        epsilon = ops.solve_triangular(_unit_triangle(tril, mean.shape[1]), scaled[..., None], lower=True)[..., 0]
        return _log_prob_of_noise(epsilon, log_var)

    def moments(self, parameters: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return the mean and the log of the diagonal of L L'."""
        return parameters[0], parameters[1] + self._log_ratio(parameters)

    def kl_in_closed_form(self, parameters: Sequence[Tensor], prior: Any) -> Tensor | None:
        """Return KL(q || p) of each number given those before it, which sum to the whole; see `Posterior`.

        By the chain rule it is the KL of the marginal of z_i, and the mutual information of z_i and those before it:
        half the log of the marginal variance over the conditional one.
        """
        of_marginals = prior.kl_of_gaussian(*self.moments(parameters))
        return None if of_marginals is None else of_marginals + 0.5 * self._log_ratio(parameters)

    def _log_ratio(self, parameters):
        """Return the log of a number's variance over its variance given those before it: 0 without T."""
        mean, _, tril = parameters
        rows = _unit_triangle(tril, mean.shape[1]) - ops.eye(mean.shape[1])
        return ops.log1p(ops.sum(ops.square(rows), axis=-1))


def _num_below_diagonal(d: int) -> int:
    return d * (d - 1) // 2


def _unit_triangle(tril: Tensor, d: int) -> Tensor:
    """Return I + T, `(batch, d, d)`, from the numbers of T, `(batch, d * (d - 1) / 2)`."""
    place = np.full((d, d), tril.shape[1])  # above the diagonal: the 0 that follows the numbers
    place[np.tril_indices(d, -1)] = np.arange(tril.shape[1])
    np.fill_diagonal(place, tril.shape[1] + 1)  # the 1 after it
    ends = ops.concatenate([tril, ops.zeros_like(tril[:, :1]), ops.ones_like(tril[:, :1])], axis=-1)
    return ops.reshape(ops.take(ends, place.ravel(), axis=-1), (-1, d, d))


def _log_prob_of_noise(epsilon, log_var):
    """Return log N(mean + L epsilon; mean, L L'): the determinant of L is that of its diagonal."""
    return ops.sum(normal.log_prob(epsilon, 0.0, ops.zeros_like(epsilon)) - 0.5 * log_var, axis=-1)
