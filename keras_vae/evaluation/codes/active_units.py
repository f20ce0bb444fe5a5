"""Active units, and the KL of each latent dimension."""

import numpy as np

from keras_vae.arguments import at_least
from keras_vae.evaluation import checks
from keras_vae.evaluation.gaussian import kl_per_dimension
from keras_vae.types import ArrayLike


def active_units(mean: ArrayLike, log_var: ArrayLike, threshold: float = 0.01) -> dict:
    """Count the latent dimensions whose posterior mean varies over the data, and measure each one's KL to N(0, 1).

    Args:
        mean: Array of shape `(n, latent_dim)`, the posterior means of at least two examples.
        log_var: Array of the same shape.
        threshold: Float of at least 0; a unit is active if the variance of its mean over x is above it. Default 0.01.

    Returns:
        Dict: `active_units`, an int; `latent_dim`; `variance_of_mean` and `kl_per_dimension` (nats), lists with a
        float for each dimension; `threshold`, `num_examples`.

    Raises:
        ValueError: If the arrays differ in shape, are not finite, or have fewer than two rows.

    Example:
    >>> keras_vae.evaluation.active_units(*vae.encode(x_test))["active_units"]

    Reference: Burda et al. 2016, "Importance weighted autoencoders", section 5.2.
    """
    threshold = at_least("threshold", threshold, 0.0)
    mean, log_var = checks.posterior(mean, log_var, low_rows=2)
    variance = mean.var(axis=0, ddof=1)
    return {
        "active_units": int(np.sum(variance > threshold)),
        "latent_dim": mean.shape[1],
        "variance_of_mean": variance.tolist(),
        "kl_per_dimension": kl_per_dimension(mean, log_var).mean(axis=0).tolist(),
        "threshold": threshold,
        "num_examples": len(mean),
    }
