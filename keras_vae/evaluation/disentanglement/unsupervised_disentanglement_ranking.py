"""UDR, the unsupervised disentanglement ranking."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import at_least, shown, whole_number
from keras_vae.arrays import matrices, randomness
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike


def unsupervised_disentanglement_ranking(
    codes: Sequence[ArrayLike] | np.ndarray,
    kl: Sequence[ArrayLike] | np.ndarray,
    num_samples: int = 10_000,
    kl_threshold: float = 0.01,
    alpha: float = 0.1,
    seed: int | None = 0,
) -> dict:
    """Rank models trained alike but for their seeds by how far each agrees with the others.

    Args:
        codes: For each of at least two models an array of shape `(n, latent_dim)`: the posterior means of the same
            examples. The latent sizes may differ.
        kl: For each model the mean KL of each latent dimension, nats, of shape `(latent_dim,)`, such as
            `active_units(...)["kl_per_dimension"]`.
        num_samples: Int of at least 2; of more rows so many are taken at random. Default 10,000.
        kl_threshold: Float of at least 0; dimensions whose KL is not above it are left out. Default 0.01.
        alpha: Float above 0, the Lasso's weight of the sum of absolute coefficients. Default 0.1.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `scores`, a list with each model's median agreement with the others, from 0 to 1 - alpha, `best`, the
        number of the highest, `pairs`, a float64 array of shape `(models, models)`, NaN on its diagonal; the
        protocol.

    Raises:
        ValueError: If there are fewer than two models, or the arrays do not fit or are not finite.

    Example:
    >>> mean, log_var = vae.encode(x_test)
    >>> kl = keras_vae.evaluation.active_units(mean, log_var)["kl_per_dimension"]
    >>> keras_vae.evaluation.unsupervised_disentanglement_ranking([mean, mean[:, ::-1]], [kl, kl[::-1]])["scores"]

    Reference: Duan et al. 2020, "Unsupervised model selection for variational disentangled representation learning",
    equations 2 and 3 (UDR_L).
    """
    kl_threshold = at_least("kl_threshold", kl_threshold, 0.0)
    alpha = at_least("alpha", alpha, 0.0, strict=True)
    for name, value in (("codes", codes), ("kl", kl)):
        if not isinstance(value, (list, tuple, np.ndarray)) or getattr(value, "shape", None) == ():
            raise ValueError(f"`{name}` must be a list with an array for each model. Received: {name}={shown(value)}")
    if len(codes) < 2 or len(codes) != len(kl):
        raise ValueError(f"`codes` and `kl` must be of as many models, two or more. Received: {len(codes)}, {len(kl)}")
    num_samples = whole_number("num_samples", num_samples, low=2)
    first = matrices.matrix("codes[0]", codes[0], low_rows=2)
    checked = [matrices.matrix(f"codes[{i}]", array, rows=len(first), low_rows=2) for i, array in enumerate(codes)]
    rows = randomness.rows("udr", len(checked[0]), num_samples, seed)
    informative = [_informative(i, a[rows], kl[i], kl_threshold) for i, a in enumerate(checked)]
    pairs = np.full((len(codes), len(codes)), np.nan)
    for i, first in enumerate(informative):
        for j, second in enumerate(informative):
            if i != j:
                pairs[i, j] = _agreement(_similarity(first, second, alpha))
    scores = [float(np.median(np.delete(pairs[:, i], i))) for i in range(len(codes))]
    return {
        "scores": scores,
        "best": int(np.argmax(scores)),
        "pairs": pairs,
        "num_models": len(codes),
        "num_samples": min(num_samples, len(checked[0])),
        "alpha": alpha,
        "seed": seed,
    }


def _informative(i, codes, kl, threshold):
    """Return the standardized dimensions that are informative and vary."""
    kl = np.asarray(as_rows(f"kl[{i}]", kl), "float64")
    if np.any(np.isnan(kl)):
        raise ValueError(f"`kl[{i}]` must hold no NaN. Received: {kl.tolist()}")
    if kl.shape != (codes.shape[1],):
        raise ValueError(f"`kl[{i}]` must have the shape ({codes.shape[1]},). Received: shape {kl.shape}")
    scale = codes.std(axis=0)
    kept = (kl > threshold) & (scale > 1e-12)
    return (codes[:, kept] - codes[:, kept].mean(axis=0)) / scale[kept]


def _similarity(first, second, alpha):
    """Return |coefficients| of a Lasso from one model's dimensions to the other's, `(d_first, d_second)`."""
    from sklearn.linear_model import Lasso  # late: importing scikit-learn takes a second

    if not first.shape[1] or not second.shape[1]:
        return np.zeros((first.shape[1], second.shape[1]))
    return np.abs(Lasso(alpha=alpha).fit(first, second).coef_.reshape(second.shape[1], first.shape[1])).T


def _agreement(similarity):
    """Return the mean over both models' dimensions of (largest similarity)^2 / sum of similarities."""
    if not similarity.size:
        return 0.0
    strengths = []
    for axis in (0, 1):
        total = similarity.sum(axis=axis)
        strengths.append(np.where(total > 0.0, similarity.max(axis=axis) ** 2 / np.where(total > 0.0, total, 1.0), 0.0))
    return float(np.concatenate(strengths).mean())
