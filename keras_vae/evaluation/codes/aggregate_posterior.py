"""The aggregate posterior q(z) = 1/N sum_i q(z|x_i) of some data: its density, draws from it, and its parts."""

import math
from collections.abc import Callable

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices, randomness
from keras_vae.evaluation.protocol import checks
from keras_vae.evaluation.statistics import estimate, gaussian
from keras_vae.evaluation.statistics.log_weights import log_sum_exp
from keras_vae.types import ArrayLike

ENTRIES_AT_ONCE = 4_000_000


def log_prob(z: ArrayLike, mean: ArrayLike, log_var: ArrayLike) -> np.ndarray:
    """Return log q(z) = log 1/N sum_i N(z; mean_i, exp(log_var_i)), exactly over all N.

    Args:
        z: Array of shape `(n, latent_dim)`.
        mean: Array of shape `(N, latent_dim)`.
        log_var: Array of the same shape.

    Returns:
        Float64 array of shape `(n,)`, in nats.
    """
    parts = [log_sum_exp(log_density) for log_density in _log_densities(z, mean, log_var)]
    return np.concatenate([np.empty(0), *parts]) - math.log(len(mean))


def log_prob_with_and_without(z: ArrayLike, mean: ArrayLike, log_var: ArrayLike, group: np.ndarray) -> np.ndarray:
    """Return log q(z), and log q(z) of the mixture without the components of each group, for the jackknife.

    Args:
        z: Array of shape `(n, latent_dim)`.
        mean: Array of shape `(N, latent_dim)`.
        log_var: Array of the same shape.
        group: Int array of shape `(N,)`, from 0 to the number of groups - 1.

    Returns:
        Float64 array of shape `(n, 1 + groups)`, in nats.
    """
    member = np.eye(group.max() + 1)[group]
    taken = np.hstack([np.ones((member.shape[1], 1)), 1.0 - np.eye(member.shape[1])])
    rows = []
    for log_density in _log_densities(z, mean, log_var):
        largest = log_density.max(axis=1, keepdims=True)
        sums = np.exp(log_density - largest) @ member @ taken
        # Where one group alone has a code, what the others leave of it underflows.
        rows.append(largest + np.log(np.maximum(sums, np.finfo("float64").tiny)))
    return np.concatenate(rows) - np.log(np.maximum(member.sum(axis=0) @ taken, 1.0))


def _log_densities(z, mean, log_var):
    """Yield log N(z; mean_i, exp(log_var_i)) of some z at a time and all N components, `(rows, N)`."""
    mean, log_var = matrices.posterior(mean, log_var)
    z = np.asarray(z, "float64")
    precision = np.exp(-log_var)
    # (z - m)^2 / v summed over the dimensions, as products of matrices: z^2 / v - 2 z m / v + m^2 / v.
    constant = -0.5 * np.sum(log_var + mean**2 * precision + math.log(2.0 * math.pi), axis=1)
    rows = max(1, ENTRIES_AT_ONCE // len(mean))
    for start in range(0, len(z), rows):
        part = z[start : start + rows]
        yield constant + part @ (mean * precision).T - 0.5 * part**2 @ precision.T


def parts(
    mean: ArrayLike,
    log_var: ArrayLike,
    num_samples: int,
    log_prior: Callable[[np.ndarray], ArrayLike] | None,
    seed: int | None,
) -> dict:
    """Return the two parts of E_x KL(q(z|x) || p(z)), and what their sum leaves of it.

    With z drawn from q(z|x), I = E[log q(z|x) - log q(z)] and KL(q(z) || p(z)) = E[log q(z) - log p(z)]: their sum
    is E[log q(z|x) - log p(z)], whose closed form for the standard normal prior contains no draw and no q(z).
    """
    mean, log_var = matrices.posterior(mean, log_var)
    num_samples = whole_number("num_samples", num_samples)
    log_prior_of = checks.log_prior(log_prior)
    random = randomness.generator("aggregate_posterior", seed)
    group = estimate.groups(len(mean))
    # A column for the scores, and one for the scores without each group.
    log_ratio, log_excess = np.zeros((2, len(mean), 2 + group.max()))
    for _ in range(num_samples):
        z = mean + np.exp(0.5 * log_var) * random.standard_normal(mean.shape)
        log_aggregate = log_prob_with_and_without(z, mean, log_var, group)
        log_prior_of_z = log_prior_of(z)
        log_ratio += (gaussian.log_prob(z, mean, log_var)[:, None] - log_aggregate) / num_samples
        log_excess += (log_aggregate - log_prior_of_z[:, None]) / num_samples
    log_density_ratio = log_ratio[:, 0] + log_excess[:, 0]  # without q(z): the examples are independent
    result = {
        **_with_jackknife("mutual_information", log_ratio, group),
        **_with_jackknife("aggregate_kl", log_excess, group),
        **estimate.mean_with_error("kl", log_density_ratio),
        "largest_possible": math.log(len(mean)),
        "num_examples": len(mean),
        "num_samples": num_samples,
        "seed": seed,
    }
    if log_prior is None:
        exact = gaussian.kl_per_dimension(mean, log_var).sum(axis=1)
        gap = estimate.mean_with_error("identity_gap", log_density_ratio - exact)
        return {**result, **gap, "kl_in_closed_form": float(exact.mean())}
    return result


def _with_jackknife(name, values, group):
    """Return the mean over the examples, with its error: q(z) too is another one where the examples are others."""
    kept = group[:, None] != np.arange(values.shape[1] - 1)
    without = (values[:, 1:] * kept).sum(axis=0) / np.maximum(kept.sum(axis=0), 1)
    return estimate.with_error(name, values[:, 0].mean(), estimate.jackknife(without))
