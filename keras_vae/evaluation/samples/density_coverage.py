"""Density and coverage: precision and recall that an outlier does not sway."""

from keras_vae.evaluation import checks
from keras_vae.evaluation.estimate import mean_with_error, share_with_error
from keras_vae.evaluation.samples import neighbourhoods


def density_coverage(real, generated, num_neighbours: int = 5) -> dict:
    """Return how densely samples lie among the data, and the share of data that has a sample near.

    Args:
        real: Array of shape `(n, num_features)`, features of data.
        generated: Array of shape `(m, num_features)`, of samples.
        num_neighbours: Int of at least 1, k, below n. Default 5.

    Returns:
        Dict: `density`, the mean over the samples of the number of balls around data in which each lies, divided by k
        (1 is expected of samples like the data, and more of samples that stay in the dense parts), and `coverage`,
        the share of balls with a sample in them, from 0 to 1, each with its standard error (for the balls as they
        are); `num_real`, `num_generated`, `num_neighbours`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or have too few rows.

    Example:
    >>> features = x_test.reshape(24, -1)[:, :5]
    >>> keras_vae.evaluation.density_coverage(features, features + 0.1)

    Reference: Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models", equations 5 and 7.
    """
    real, generated = checks.pair("real", real, "generated", generated)
    radius = neighbourhoods.radii(real, num_neighbours)
    per_sample, per_ball = neighbourhoods.members(real, radius, generated)
    return {
        **mean_with_error("density", per_sample / num_neighbours),
        **share_with_error("coverage", per_ball > 0),
        "num_real": len(real),
        "num_generated": len(generated),
        "num_neighbours": num_neighbours,
    }
