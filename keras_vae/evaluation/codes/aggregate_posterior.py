"""The aggregate posterior q(z) = 1/N sum_i q(z|x_i) of some data: its density, draws from it, and its parts."""

import math

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.evaluation import checks, estimate, gaussian, randomness
from keras_vae.evaluation.log_weights import log_sum_exp

ENTRIES_AT_ONCE = 4_000_000


def log_prob(z, mean, log_var) -> np.ndarray:
    """Return log q(z) = log 1/N sum_i N(z; mean_i, exp(log_var_i)), exactly over all N.

    Args:
        z: Array of shape `(n, latent_dim)`.
        mean: Array of shape `(N, latent_dim)`.
        log_var: Array of the same shape.

    Returns:
        Float64 array of shape `(n,)`, in nats.
    """
    mean, log_var = checks.posterior(mean, log_var)
    z = np.asarray(z, "float64")
    precision = np.exp(-log_var)
    # (z - m)^2 / v summed over the dimensions, as products of matrices: z^2 / v - 2 z m / v + m^2 / v.
    constant = -0.5 * np.sum(log_var + mean**2 * precision + math.log(2.0 * math.pi), axis=1)
    result = np.empty(len(z))
    rows = max(1, ENTRIES_AT_ONCE // len(mean))
    for start in range(0, len(z), rows):
        part = z[start : start + rows]
        log_density = constant + part @ (mean * precision).T - 0.5 * part**2 @ precision.T
        result[start : start + rows] = log_sum_exp(log_density)
    return result - math.log(len(mean))


def draw(mean, log_var, n: int, random) -> np.ndarray:
    """Draw n codes from q(z): a row at random, then a code from its posterior."""
    rows = random.integers(len(mean), size=n)
    return mean[rows] + np.exp(0.5 * log_var[rows]) * random.standard_normal((n, mean.shape[1]))


def parts(mean, log_var, num_samples: int, log_prior, seed) -> dict:
    """Return the two parts of E_x KL(q(z|x) || p(z)), and what their sum leaves of it.

    With z drawn from q(z|x), I = E[log q(z|x) - log q(z)] and KL(q(z) || p(z)) = E[log q(z) - log p(z)]: their sum
    is E[log q(z|x) - log p(z)], whose closed form for the standard normal prior contains no draw and no q(z).
    """
    mean, log_var = checks.posterior(mean, log_var)
    whole_number("num_samples", num_samples)
    random = randomness.generator("aggregate_posterior", seed)
    log_ratio, log_excess = np.zeros(len(mean)), np.zeros(len(mean))
    for _ in range(num_samples):
        z = mean + np.exp(0.5 * log_var) * random.standard_normal(mean.shape)
        log_aggregate = log_prob(z, mean, log_var)
        log_ratio += (gaussian.log_prob(z, mean, log_var) - log_aggregate) / num_samples
        log_excess += (log_aggregate - (log_prior or gaussian.log_standard_normal)(z)) / num_samples
    result = {
        **estimate.mean_with_error("mutual_information", log_ratio),
        **estimate.mean_with_error("aggregate_kl", log_excess),
        **estimate.mean_with_error("kl", log_ratio + log_excess),
        "largest_possible": math.log(len(mean)),
        "num_examples": len(mean),
        "num_samples": num_samples,
        "seed": seed,
    }
    if log_prior is None:
        exact = gaussian.kl_per_dimension(mean, log_var).sum(axis=1)
        gap = estimate.mean_with_error("identity_gap", log_ratio + log_excess - exact)
        return {**result, **gap, "kl_in_closed_form": float(exact.mean())}
    return result
