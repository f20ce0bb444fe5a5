"""IRS, the interventional robustness score."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import share, whole_number
from keras_vae.arrays import randomness
from keras_vae.evaluation.disentanglement import factors as factors_of_data


def interventional_robustness(
    codes,
    factors,
    discrete: Sequence[bool] | None = None,
    num_samples: int = 10_000,
    quantile: float = 0.99,
    num_bins: int = 20,
    seed: int | None = 0,
) -> dict:
    """Return the interventional robustness score, averaged over the dimensions by how far they move at all.

    For each factor it looks at the examples with one of its values: how far a dimension strays there from its mean
    is what the other factors do to it, in units of the farthest that it strays over all the examples. A value that
    one example only has is left out: nothing strays there.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        factors: Array of shape `(n, num_factors)`.
        discrete: A bool for each factor, or None: one is discrete if all its values are whole numbers. Default None.
        num_samples: Int of at least 2; of more rows so many are taken at random. Default 10,000.
        quantile: Float in (0, 1], the quantile of the deviations that stands for the largest. Default 0.99.
        num_bins: Int of at least 2, into which a continuous factor is cut. Default 20.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `interventional_robustness`, from 0 to 1 (0 for a constant code), `robustness`, a float64 array of shape
        `(latent_dim, num_factors)`; the protocol. Few examples for each value make the score too high.

    Raises:
        ValueError: If the arrays do not fit, are not finite, a factor is constant, or `quantile` is out of its range.

    Example:
    >>> factors = np.arange(24).reshape(-1, 1) % 3
    >>> keras_vae.evaluation.interventional_robustness(vae.encode(x_test)[0], factors)

    Reference: Suter et al. 2019, "Robustly disentangled causal mechanisms", section 3 and algorithm 1.
    """
    quantile, num_samples = share("quantile", quantile), whole_number("num_samples", num_samples, low=2)
    codes, factors = factors_of_data.check(codes, factors)
    rows = randomness.rows("interventional_robustness", len(codes), num_samples, seed)
    codes, classes = codes[rows], factors_of_data.as_classes(factors, discrete, num_bins)[rows]
    farthest = np.abs(codes - codes.mean(axis=0)).max(axis=0)
    sharing = factors_of_data.Sharing(classes)
    strays = np.stack([_stray(codes, sharing.groups(j), quantile) for j in range(classes.shape[1])], axis=1)
    moving = farthest > 1e-9 * np.maximum(1.0, np.abs(codes).max(axis=0))
    robustness = np.where(moving[:, None], 1.0 - strays / np.where(moving, farthest, 1.0)[:, None], 0.0)
    best = robustness.max(axis=1)
    return {
        "interventional_robustness": float(np.average(best, weights=farthest)) if moving.any() else 0.0,
        "robustness": robustness,
        "num_samples": min(num_samples, len(factors)),
        "quantile": quantile,
        "seed": seed,
    }


def _stray(codes, groups, quantile):
    """Return how far each dimension strays from its mean within a value of the factor, averaged over the values."""
    groups = [codes[rows] for rows in groups]
    return np.mean([np.quantile(np.abs(group - group.mean(axis=0)), quantile, axis=0) for group in groups], axis=0)
