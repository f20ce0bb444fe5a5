"""Density and coverage."""

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices
from keras_vae.evaluation.samples import neighbourhoods
from keras_vae.evaluation.statistics.estimate import dependent_share, with_error


def density_coverage(real, generated, num_neighbours: int = 5) -> dict:
    """Return how densely samples lie among the data, and the share of data that has a sample near.

    Args:
        real: Array of shape `(n, num_features)`, features of data.
        generated: Array of shape `(m, num_features)`, of samples.
        num_neighbours: Int of at least 1, k, below n. Default 5.

    Returns:
        Dict: `density`, the mean over the samples of the number of balls around data in which each lies, divided by k
        (1 is expected of samples like the data, and more of samples that stay in the dense parts; of the data
        themselves it is (k + 1) / k), and `coverage`, the share of balls with a sample in them, from 0 to 1, each with
        its standard error over fresh rows of both sets (NaN where half of a set has no k-th neighbour); `num_real`,
        `num_generated`, `num_neighbours`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or have too few rows.

    Example:
    >>> features = x_test.reshape(24, -1)[:, :5]
    >>> keras_vae.evaluation.density_coverage(features, features + 0.1)

    Reference: Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models", equations 5 and 7.
    """
    num_neighbours = whole_number("num_neighbours", num_neighbours)
    real, generated = matrices.pair("real", real, "generated", generated)

    def scores(between):
        radius = neighbourhoods.radii(between(0, 0), num_neighbours)
        per_sample, per_ball = neighbourhoods.members(between(1, 0), radius)
        return np.array([np.mean(per_sample) / num_neighbours, np.mean(per_ball > 0)])

    values, errors = neighbourhoods.scores_and_errors(scores, (real, generated), num_neighbours, 1)
    return {
        **with_error("density", values[0], errors[0]),
        **dependent_share("coverage", values[1], errors[1], len(real)),
        "num_real": len(real),
        "num_generated": len(generated),
        "num_neighbours": num_neighbours,
    }
