"""KID, the kernel distance between two sets of features."""

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices, randomness
from keras_vae.evaluation.statistics.estimate import mean_with_error


def kernel_distance(real, generated, subset_size: int = 1000, seed: int | None = 0) -> dict:
    """Return the unbiased squared maximum mean discrepancy under the kernel (x . y / num_features + 1)^3.

    It is the mean over disjoint subsets of both arrays: unbiased, so that it may fall below 0 where the two are
    alike, with a standard error from the subsets' spread.

    Args:
        real: Array of shape `(n, num_features)`, features of data.
        generated: Array of shape `(m, num_features)`, of samples.
        subset_size: Int of at least 2; where the rows do not give five subsets of this size, five smaller ones are
            taken. Default 1000.
        seed: Int, or None, which draws anew at each call; of the subsets. Default 0.

    Returns:
        Dict: `kernel_distance`, with its standard error; `num_subsets`, `subset_size`, `num_features`, `seed`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or have fewer than ten rows.

    Example:
    >>> features = x_test.reshape(24, -1)[:, :5]
    >>> keras_vae.evaluation.kernel_distance(features, features + 0.1)["kernel_distance"]

    Reference: Binkowski et al. 2018, "Demystifying MMD GANs", section 3.1 and equation 4.
    """
    real, generated = matrices.pair("real", real, "generated", generated, low_rows=10)
    fewer = min(len(real), len(generated))
    subset_size = min(whole_number("subset_size", subset_size, low=2), fewer // 5)
    random = randomness.generator("kernel_distance", seed)
    num_subsets = fewer // subset_size
    subsets = [random.permutation(len(array))[: num_subsets * subset_size] for array in (real, generated)]
    first, second = (rows.reshape(num_subsets, subset_size) for rows in subsets)
    values = [_discrepancy(real[a], generated[b]) for a, b in zip(first, second, strict=True)]
    return {
        **mean_with_error("kernel_distance", values),
        "num_subsets": num_subsets,
        "subset_size": subset_size,
        "num_features": real.shape[1],
        "seed": seed,
    }


def _discrepancy(x, y):
    """Return the unbiased estimate for two sets of n rows: no row is compared with itself."""
    n = len(x)
    within = sum((kernel.sum() - np.trace(kernel)) / (n * (n - 1)) for kernel in (_kernel(x, x), _kernel(y, y)))
    return within - 2.0 * _kernel(x, y).mean()


def _kernel(x, y):
    return (x @ y.T / x.shape[1] + 1.0) ** 3
