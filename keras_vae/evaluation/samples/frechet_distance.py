"""The Frechet distance between Gaussians fitted to two sets of features."""

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices
from keras_vae.evaluation.statistics.estimate import halves_error, with_error


def frechet_distance(real, generated, num_splits: int = 20, seed: int | None = 0) -> dict:
    """Return the squared Frechet distance, |m_1 - m_2|^2 + Tr(C_1 + C_2 - 2 (C_1 C_2)^(1/2)), between features.

    It is FID's formula: with the features of another network than Inception it is comparable only with values of
    those features, and, as it is biased upwards on few rows, of as many rows.

    Args:
        real: Array of shape `(n, num_features)`, features of data.
        generated: Array of shape `(m, num_features)`, of samples.
        num_splits: Int of at least 1, splits of both sets into halves, for the standard error. Default 20.
        seed: Int, or None, which draws anew at each call; of the splits. Default 0.

    Returns:
        Dict: `frechet_distance`, in squared units of the features, at least 0, with its standard error over fresh rows
        of both sets (where both are of one law it is too large, by 1.2 to 1.5 times; NaN of fewer than four rows);
        `num_real`, `num_generated`, `num_features`, `num_splits`, `seed`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or have fewer than two rows.

    Example:
    >>> features = x_test.reshape(24, -1)[:, :5]
    >>> keras_vae.evaluation.frechet_distance(features, features + 0.1)["frechet_distance"]

    Reference: Heusel et al. 2017, "GANs trained by a two time-scale update rule", section 3.
    """
    real, generated = matrices.pair("real", real, "generated", generated)
    num_splits = whole_number("num_splits", num_splits)
    error = halves_error(
        lambda first, second: _distance(real[first], generated[second]),
        [len(real), len(generated)],
        low_rows=2,
        num_splits=num_splits,
        seed=seed,
    )
    return {
        **with_error("frechet_distance", _distance(real, generated), error),
        "num_real": len(real),
        "num_generated": len(generated),
        "num_features": real.shape[1],
        "num_splits": num_splits,
        "seed": seed,
    }


def _distance(first, second):
    covariances = [np.atleast_2d(np.cov(array, rowvar=False)) for array in (first, second)]
    root = _square_root(covariances[0])
    # Tr (C_1 C_2)^(1/2) by the symmetric C_1^(1/2) C_2 C_1^(1/2), which has the same eigenvalues, none below 0.
    product = np.linalg.eigvalsh(root @ covariances[1] @ root)
    traces = sum(np.trace(covariance) for covariance in covariances) - 2.0 * np.sqrt(np.maximum(product, 0.0)).sum()
    return float(max(0.0, np.sum((first.mean(axis=0) - second.mean(axis=0)) ** 2) + traces))


def _square_root(covariance):
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
