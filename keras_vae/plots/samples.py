"""A figure of samples."""

import math

import numpy as np

from keras_vae.arguments import text_or_none, whole_number
from keras_vae.plots import canvas, value_ranges
from keras_vae.types import ArrayLike, Figure


def samples(
    images: ArrayLike,
    columns: int | None = None,
    title: str | None = "Samples from the prior",
    value_range: tuple[float, float] | None = None,
) -> Figure:
    """Draw images in a grid.

    Args:
        images: Array of shape `(n, height, width)` or `(n, height, width, 1 or 3)`.
        columns: Int of at least 1, or None for a grid nearly square. Default None.
        title: Text or None.
        value_range: Pair (low, high), the values that are black and white, or None: the range of the data, [0, 1],
            [-1, 1] or [0, 255], is told from the images. As a decoder's means they lie a little outside of it: it is
            [-1, 1] if one value in twenty is below -0.25, or negative values make more than 0.3 of the sum of all
            absolute values. Default None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no images, `value_range` is no increasing pair, or `columns` is below 1.

    Example:
    >>> keras_vae.plots.samples(vae.sample(64))
    """
    title = text_or_none("title", title)
    images = canvas.check_images("images", images, 1)
    n = len(images)
    columns = min(n, whole_number("columns", columns) if columns is not None else math.ceil(math.sqrt(n)))
    rows = math.ceil(n / columns)
    images = value_ranges.to_unit(images, value_ranges.of_means(images, value_range))
    white = np.ones((rows * columns - n, *images.shape[1:]), images.dtype)
    grid = np.concatenate([images, white]).reshape(rows, columns, *images.shape[1:])
    return canvas.image_grid(grid, title)
