"""Active units, and the KL of each latent dimension."""

import numpy as np

from keras_vae.arguments import at_least
from keras_vae.arrays import matrices
from keras_vae.evaluation.statistics.gaussian import kl_per_dimension
from keras_vae.types import ArrayLike


def active_units(mean: ArrayLike, log_var: ArrayLike | None = None, threshold: float = 0.01) -> dict:
    """Count the latent dimensions whose posterior mean varies over the data, and measure each one's KL to N(0, 1).

    Args:
        mean: Array of shape `(n, latent_dim)`, the posterior means (or other codes) of at least two examples; codes
            of any other shape are taken as vectors.
        log_var: Array of the same shape, of Gaussian posteriors, or None. Default None.
        threshold: Float of at least 0; a unit is active if the variance of its mean over x is above it. Default 0.01.

    Returns:
        Dict: `active_units`, an int; `latent_dim`; `variance_of_mean` and, with `log_var`, `kl_per_dimension` to
        N(0, 1) (nats; else None), lists with a float for each dimension; `threshold`, `num_examples`.

    Raises:
        ValueError: If the arrays differ in shape, are not finite, or have fewer than two rows.

    Example:
    >>> keras_vae.evaluation.active_units(*vae.encode(x_test))["active_units"]

    Reference: Burda et al. 2016, "Importance weighted autoencoders", section 5.2.
    """
    threshold = at_least("threshold", threshold, 0.0)
    if log_var is None:
        mean, kl = matrices.vectors("mean", mean, low_rows=2), None
    else:
        mean, log_var = matrices.posterior(mean, log_var, low_rows=2)
        kl = kl_per_dimension(mean, log_var).mean(axis=0).tolist()
    variance = mean.var(axis=0, ddof=1)
    return {
        "active_units": int(np.sum(variance > threshold)),
        "latent_dim": mean.shape[1],
        "variance_of_mean": variance.tolist(),
        "kl_per_dimension": kl,
        "threshold": threshold,
        "num_examples": len(mean),
    }
