"""Improved precision and recall."""

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices
from keras_vae.evaluation.samples import neighbourhoods
from keras_vae.evaluation.statistics.estimate import dependent_share


def precision_recall(real, generated, num_neighbours: int = 3) -> dict:
    """Return the share of samples among the data (precision) and of data among the samples (recall).

    "Among" means within some row's ball, whose radius is the distance to its k-th nearest neighbour in its own set.

    Args:
        real: Array of shape `(n, num_features)`, features of data.
        generated: Array of shape `(m, num_features)`, of samples.
        num_neighbours: Int of at least 1, k, below n and m. Default 3.

    Returns:
        Dict: `precision` and `recall`, from 0 to 1, each with its standard error over fresh rows of both sets (NaN
        where half of a set has no k-th neighbour); `num_real`, `num_generated`, `num_neighbours`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or have too few rows.

    Example:
    >>> features = x_test.reshape(24, -1)[:, :5]
    >>> keras_vae.evaluation.precision_recall(features, features + 0.1)

    Reference: Kynkaanniemi et al. 2019, "Improved precision and recall metric for assessing generative models",
    equation 2.
    """
    num_neighbours = whole_number("num_neighbours", num_neighbours)
    real, generated = matrices.pair("real", real, "generated", generated)

    def shares(between):
        in_data, _ = neighbourhoods.members(between(1, 0), neighbourhoods.radii(between(0, 0), num_neighbours))
        in_samples, _ = neighbourhoods.members(between(0, 1), neighbourhoods.radii(between(1, 1), num_neighbours))
        return np.array([np.mean(in_data > 0), np.mean(in_samples > 0)])

    values, errors = neighbourhoods.scores_and_errors(shares, (real, generated), num_neighbours, 2)
    return {
        **dependent_share("precision", values[0], errors[0], len(generated)),
        **dependent_share("recall", values[1], errors[1], len(real)),
        "num_real": len(real),
        "num_generated": len(generated),
        "num_neighbours": num_neighbours,
    }
