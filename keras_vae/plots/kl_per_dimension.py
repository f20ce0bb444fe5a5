"""A figure of the KL of each latent dimension."""

import numpy as np

from keras_vae.arguments import text_or_none
from keras_vae.plots import canvas
from keras_vae.types import ArrayLike, Figure


def kl_per_dimension(kl: ArrayLike, title: str | None = None) -> Figure:
    """Draw the mean KL of each latent dimension as bars, the largest first.

    Args:
        kl: Array of shape `(latent_dim,)`, nats, such as `evaluation.active_units(...)["kl_per_dimension"]`.
        title: Text or None; the default gives the sum.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If `kl` is not a list of finite numbers.

    Example:
    >>> keras_vae.plots.kl_per_dimension([0.9, 0.1, 1.4])
    """
    title = text_or_none("title", title)
    kl = canvas.check_numbers("kl", kl)
    order = np.argsort(-kl)
    fig, axes = canvas.bars(order, kl[order])
    canvas.label(axes, title or f"KL per dimension: {kl.sum():.2f} nats in all", "latent dimension", "nats")
    return fig
