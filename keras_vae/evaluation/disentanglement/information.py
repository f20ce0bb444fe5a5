"""The mutual information between each latent dimension and each factor."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.evaluation.disentanglement import factors as factors_of_data
from keras_vae.types import ArrayLike


def code_factor_information(
    codes: ArrayLike, factors: ArrayLike, discrete: Sequence[bool] | None = None, num_bins: int = 20
) -> dict:
    """Return the mutual information of each latent dimension and each factor, the codes cut into bins.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        factors: Array of shape `(n, num_factors)`, the factors that made the data.
        discrete: A bool for each factor, or None: one is discrete if all its values are whole numbers. A continuous
            one is cut into bins. Default None.
        num_bins: Int of at least 2, bins of equal width between the lowest and the highest value. Default 20.

    Returns:
        Dict: `information`, float64 array of shape `(latent_dim, num_factors)` in nats, `entropy` of each factor, of
        shape `(num_factors,)`, in nats; `num_bins`, `num_samples`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or a factor is constant.

    Example:
    >>> factors = np.arange(24).reshape(-1, 1) % 3
    >>> keras_vae.evaluation.code_factor_information(vae.encode(x_test)[0], factors)["information"]
    """
    from sklearn.metrics import mutual_info_score  # late: importing scikit-learn takes a second

    codes, factors = factors_of_data.check(codes, factors)
    num_bins = whole_number("num_bins", num_bins, low=2)
    classes = factors_of_data.as_classes(factors, discrete, num_bins)
    binned = factors_of_data.bins(codes, num_bins)
    information = [[mutual_info_score(code, factor) for factor in classes.T] for code in binned.T]
    return {
        # Of a code that is constant rounding leaves -1e-16.
        "information": np.maximum(np.array(information), 0.0),
        "entropy": np.array([mutual_info_score(factor, factor) for factor in classes.T]),
        "num_bins": num_bins,
        "num_samples": len(codes),
    }
