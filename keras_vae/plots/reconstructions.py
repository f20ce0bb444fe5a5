"""A figure of data and reconstructions."""

import numpy as np

from keras_vae.arguments import text_or_none
from keras_vae.plots import canvas, value_ranges
from keras_vae.types import ArrayLike, Figure


def reconstructions(
    x: ArrayLike,
    x_hat: ArrayLike,
    title: str | None = "Reconstructions",
    value_range: tuple[float, float] | None = None,
) -> Figure:
    """Draw examples in a row and their reconstructions under them.

    Args:
        x: Array of shape `(n, height, width)` or `(n, height, width, 1 or 3)`.
        x_hat: Array of the same shape.
        title: Text or None.
        value_range: Pair (low, high), the values that are black and white in both rows, or None: that of x, which is
            [0, 1], [-1, 1] if a value is negative, or [0, 255]. Default None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no images, `value_range` is no increasing pair, or their shapes differ.

    Example:
    >>> keras_vae.plots.reconstructions(x_test[:10], vae.reconstruct(x_test[:10]))
    """
    title = text_or_none("title", title)
    x, x_hat = canvas.check_images("x", x, 1), canvas.check_images("x_hat", x_hat, 1)
    if x.shape != x_hat.shape:
        raise ValueError(f"`x_hat` must have the shape of x. Received: {x_hat.shape} and {x.shape}")
    low_and_high = value_ranges.of_data(x, value_range)
    both = np.stack([value_ranges.to_unit(images, low_and_high) for images in (x, x_hat)])
    return canvas.image_grid(both, title, rows=["data", "model"])
