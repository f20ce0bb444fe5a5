"""Holes: regions with mass under the prior and without codes."""

import numpy as np

from keras_vae.arguments import at_least, whole_number
from keras_vae.arrays import matrices, memory, randomness
from keras_vae.evaluation.codes import aggregate_posterior
from keras_vae.evaluation.protocol import checks
from keras_vae.evaluation.statistics import estimate

# Where q(z) = threshold * p(z), rounding would decide what is a hole; nats.
ROUNDING = 1e-9


def prior_holes(
    mean,
    log_var,
    threshold: float = 0.1,
    num_samples: int = 10_000,
    prior_codes=None,
    log_prior=None,
    seed: int | None = 0,
) -> dict:
    """Measure how much of the prior's mass lies in holes: where q(z) < threshold * p(z).

    q(z) is the mixture of the posteriors of the given data. What is drawn from the prior there is decoded without
    the decoder ever having seen such a code. In many dimensions any finite number of posteriors leaves holes:
    compare only figures of one n.

    Args:
        mean: Array of shape `(n, latent_dim)`, posterior means.
        log_var: Array of the same shape.
        threshold: Float above 0; a hole is where the codes are so many times rarer than the prior says. Default 0.1.
        num_samples: Int of at least 1, draws from the standard normal prior. Default 10,000.
        prior_codes: Array of shape `(m, latent_dim)` drawn from another prior, or None. Default None.
        log_prior: Function from z to the other prior's log p(z), or None. Default None.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `prior_holes`, the share of the prior's mass in holes, between 0 and 1, with its standard error over fresh
        draws and fresh examples (NaN for one example); the protocol.

    Raises:
        ValueError: If the arrays do not fit, or only one of `prior_codes` and `log_prior` is given.

    Example:
    >>> keras_vae.evaluation.prior_holes(*vae.encode(x_test), num_samples=1000)["prior_holes"]

    Reference: Rezende and Viola 2018, "Taming VAEs", section 2.1 and figure 1, on where q(z) and p(z) differ.
    """
    mean, log_var = matrices.posterior(mean, log_var)
    threshold = at_least("threshold", threshold, 0.0, strict=True)
    if (prior_codes is None) != (log_prior is None):
        raise ValueError("`prior_codes` and `log_prior` must be given together. Received: one of them")
    log_prior_of = checks.log_prior(log_prior)
    if prior_codes is None:
        memory.require("num_samples", whole_number("num_samples", num_samples), 8 * num_samples * mean.shape[1])
        size = (whole_number("num_samples", num_samples), mean.shape[1])
        prior_codes = randomness.generator("prior_holes", seed).standard_normal(size)
    codes, _ = matrices.pair("prior_codes", prior_codes, "mean", mean, low_rows=1)
    log_p = log_prior_of(codes)
    log_q = aggregate_posterior.log_prob_with_and_without(codes, mean, log_var, estimate.groups(len(mean)))
    in_hole = log_q - log_p[:, None] < np.log(threshold) - ROUNDING
    share = in_hole[:, 0].mean()
    return {
        **estimate.with_error("prior_holes", share, np.hypot(*_errors(share, in_hole[:, 1:]))),
        "threshold": threshold,
        "num_examples": len(mean),
        "num_samples": len(codes),
        "seed": seed,
    }


def _errors(share, without):
    """Return the error of the share that the draws from the prior cause, and the one that the examples cause.

    The latter is a jackknife's over groups of examples, whose values differ also because there are but so many draws:
    that part is known from the spread over the draws, and taken off.
    """
    num_draws, num_groups = without.shape
    away = without - without.mean(axis=1, keepdims=True)
    of_groups = np.sum(away.mean(axis=0) ** 2 - away.var(axis=0) / num_draws) * (num_groups - 1.0) / num_groups
    of_examples = np.sqrt(max(0.0, of_groups)) if num_groups > 1 else np.nan
    return estimate.binomial_error(share, num_draws), of_examples


def prior_hole_map(mean, log_var, n: int = 81, extent: float = 3.5, log_prior=None) -> dict:
    """Return both densities over a grid of the latent plane, for `plots.prior_holes`.

    Args:
        mean: Array of shape `(n, 2)`, posterior means.
        log_var: Array of the same shape.
        n: Int of at least 2, points along each side. Default 81.
        extent: Float above 0; the grid goes from -extent to extent. Default 3.5.
        log_prior: Function from z, `(n, 2)`, to log p(z); None is the standard normal. Default None.

    Returns:
        Dict of float64 arrays: `grid`, of shape `(n,)`, and `prior` and `aggregate_posterior`, densities of shape
        `(n, n)` with a row for each value of z[1].

    Raises:
        ValueError: If the codes have not two dimensions, or an argument is out of its range.

    Example:
    >>> log_var = np.zeros((5, 2))
    >>> maps = keras_vae.evaluation.prior_hole_map(np.zeros((5, 2)), log_var, n=11)
    """
    mean, log_var = matrices.posterior(mean, log_var)
    if mean.shape[1] != 2:
        raise ValueError(f"`mean` must have 2 columns: a map is of the latent plane. Received: shape {mean.shape}")
    n, extent = whole_number("n", n, low=2), at_least("extent", extent, 0.0, strict=True)
    memory.require("n", n, 32 * n**2)
    grid = np.linspace(-1.0, 1.0, n) * extent
    codes = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    log_densities = {
        "prior": checks.log_prior(log_prior)(codes),
        "aggregate_posterior": aggregate_posterior.log_prob(codes, mean, log_var),
    }
    return {"grid": grid, **{name: np.exp(value).reshape(n, n) for name, value in log_densities.items()}}
