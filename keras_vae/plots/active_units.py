"""A figure of the active units."""

import numpy as np

from keras_vae.arguments import at_least, text_or_none
from keras_vae.plots import canvas
from keras_vae.types import ArrayLike, Figure


def active_units(variance_of_mean: ArrayLike, threshold: float = 0.01, title: str | None = None) -> Figure:
    """Draw the variance of each latent dimension's posterior mean over the data, on a log scale.

    Args:
        variance_of_mean: Array of shape `(latent_dim,)`, such as `evaluation.active_units(...)["variance_of_mean"]`.
        threshold: Float above 0; a unit above it is active. Default 0.01.
        title: Text or None; the default counts the active units.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If the variances are not a list of finite numbers, or the threshold is not above 0.

    Example:
    >>> keras_vae.plots.active_units([0.9, 0.001, 0.5])
    """
    title = text_or_none("title", title)
    threshold = at_least("threshold", threshold, 0.0, strict=True)
    variance = canvas.check_numbers("variance_of_mean", variance_of_mean)
    order = np.argsort(-variance)
    low = min(threshold, max(variance.min(), 1e-6)) / 3.0
    colors = np.where(variance[order] > threshold, canvas.TRAIN_COLOR, "#bbbbbb")
    fig, axes = canvas.bars(order, np.maximum(variance[order], low) - low, colors, bottom=low)
    axes.set_yscale("log")
    axes.axhline(threshold, color=canvas.TEST_COLOR, linewidth=1.0, linestyle="--")
    count = f"Active units: {np.sum(variance > threshold)} of {len(variance)} above {threshold:g}"
    canvas.label(axes, title or count, "latent dimension", "variance of the posterior mean")
    return fig
