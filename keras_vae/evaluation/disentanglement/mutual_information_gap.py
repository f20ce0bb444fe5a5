"""MIG, the mutual information gap."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import randomness
from keras_vae.evaluation.disentanglement import factors as factors_of_data
from keras_vae.evaluation.disentanglement.information import code_factor_information


def mutual_information_gap(
    codes,
    factors,
    discrete: Sequence[bool] | None = None,
    num_samples: int = 10_000,
    num_bins: int = 20,
    seed: int | None = 0,
) -> dict:
    """Return the mutual information gap, averaged over the factors.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        factors: Array of shape `(n, num_factors)`.
        discrete: A bool for each factor, or None: one is discrete if all its values are whole numbers. Default None.
        num_samples: Int of at least 2; of more rows so many are taken at random. Default 10,000.
        num_bins: Int of at least 2, bins of equal width. Default 20.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `mutual_information_gap`, from 0 to 1 (a one-to-one code reaches 1 up to the bins), `gap_per_factor`, a
        list; the protocol.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or a factor is constant.

    Example:
    >>> factors = np.arange(24).reshape(-1, 1) % 3
    >>> keras_vae.evaluation.mutual_information_gap(vae.encode(x_test)[0], factors)["mutual_information_gap"]

    Reference: Chen et al. 2018, "Isolating sources of disentanglement in variational autoencoders", equation 6.
    """
    codes, factors = factors_of_data.check(codes, factors)
    num_samples, num_bins = whole_number("num_samples", num_samples, low=2), whole_number("num_bins", num_bins, low=2)
    rows = randomness.rows("mutual_information_gap", len(codes), num_samples, seed)
    result = code_factor_information(codes[rows], factors[rows], discrete, num_bins)
    # A single latent dimension has no rival: a row of zeros is the second one.
    ranked = np.sort(np.vstack([result["information"], np.zeros(factors.shape[1])]), axis=0)
    gap = (ranked[-1] - ranked[-2]) / result["entropy"]
    return {
        "mutual_information_gap": float(gap.mean()),
        "gap_per_factor": gap.tolist(),
        "num_samples": min(num_samples, len(factors)),
        "num_bins": num_bins,
        "seed": seed,
    }
