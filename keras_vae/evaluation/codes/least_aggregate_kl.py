"""A lower bound on the KL between aggregate posterior and prior."""

import math
from collections.abc import Callable

import numpy as np

from keras_vae.arrays import matrices, randomness
from keras_vae.evaluation.codes import aggregate_posterior
from keras_vae.evaluation.protocol import checks
from keras_vae.types import ArrayLike

MOST_ROWS = 2000
FEWEST_ROWS = 20
# Widths added to the posteriors of one half of the rows, so that they cover the other half, in the prior's unit.
WIDTHS = (0.1, 0.2, 0.3, 0.5)


def least_aggregate_kl(
    mean: ArrayLike,
    log_var: ArrayLike,
    log_prior: Callable[[np.ndarray], ArrayLike] | None = None,
    seed: int | None = 0,
) -> float:
    """Return a lower bound on KL(q(z) || p(z)), q(z) being the mixture of the posteriors of *all* possible data.

    For any density r, E_q[log r(z) - log p(z)] = KL(q || p) - KL(q || r): at most KL(q || p). Here r is fitted to one
    half of the rows, and the mean is over codes of the other half: the largest over a Gaussian, the product of the
    dimensions' mixtures, and mixtures of widened posteriors. `aggregate_kl` is an upper bound; the truth is between.

    Args:
        mean: Array of shape `(n, latent_dim)`, posterior means; of more than 2000 rows so many are taken at random.
        log_var: Array of the same shape.
        log_prior: Function from codes to log p(z), or None, the standard normal. Default None.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Float of at least 0, nats; 0 for fewer than 20 rows, which tell nothing.

    Reference: Barber and Agakov 2003, "The IM algorithm", equation 3, on the inequality.
    """
    mean, log_var = matrices.posterior(mean, log_var)
    if len(mean) < FEWEST_ROWS:
        return 0.0
    random = randomness.generator("least_aggregate_kl", seed)
    rows = random.permutation(len(mean))[:MOST_ROWS]
    fitted, judged = rows[::2], rows[1::2]
    z = mean[judged] + np.exp(0.5 * log_var[judged]) * random.standard_normal(mean[judged].shape)
    mean, variance = mean[fitted], np.exp(log_var[fitted])
    densities = [
        _gaussian(z, mean, variance),
        sum(
            aggregate_posterior.log_prob(z[:, [j]], mean[:, [j]], np.log(variance[:, [j]] + WIDTHS[0] ** 2))
            for j in range(z.shape[1])
        ),
        *(aggregate_posterior.log_prob(z, mean, np.log(variance + width**2)) for width in WIDTHS),
    ]
    log_p = checks.log_prior(log_prior)(z)
    return float(max(0.0, *(np.mean(density - log_p) for density in densities)))


def _gaussian(z, mean, variance):
    """Return the log-density of the Gaussian with the mixture's mean and covariance."""
    covariance = np.atleast_2d(np.cov(mean.T)) + np.diag(variance.mean(axis=0))
    factor = np.linalg.cholesky(covariance)
    u = np.linalg.solve(factor, (z - mean.mean(axis=0)).T)
    return -0.5 * np.sum(u**2, axis=0) - np.log(np.diag(factor)).sum() - 0.5 * z.shape[1] * math.log(2.0 * math.pi)
