"""What the model makes up."""

import math

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.plots import canvas


def samples(images, columns: int | None = None, title: str | None = "Samples from the prior"):
    """Draw images in a grid.

    Args:
        images: Array of shape `(n, height, width)` or `(n, height, width, 1 or 3)`, in [0, 1].
        columns: Int of at least 1, or None for a grid nearly square. Default None.
        title: Text or None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no images, or `columns` is below 1.

    Example:
    >>> keras_vae.plots.samples(vae.sample(64))
    """
    images = canvas.check_images("images", images, 1)
    n = len(images)
    columns = min(n, whole_number("columns", columns) if columns is not None else math.ceil(math.sqrt(n)))
    rows = math.ceil(n / columns)
    white = np.ones((rows * columns - n, *images.shape[1:]), images.dtype)
    grid = np.concatenate([images, white]).reshape(rows, columns, *images.shape[1:])
    return canvas.image_grid(grid, title)
