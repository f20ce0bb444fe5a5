"""A figure of the images over a two-dimensional latent space."""

import numpy as np

from keras_vae.arguments import at_least, text_or_none, whole_number
from keras_vae.plots import canvas, value_ranges
from keras_vae.types import ArrayLike, Figure

MOST_CODES = 10_000  # along each side


def manifold(
    images: ArrayLike,
    extent: float = 2.0,
    title: str | None = "The latent plane, decoded",
    value_range: tuple[float, float] | None = None,
) -> Figure:
    """Draw the images decoded at a grid of codes, as a map of the latent plane.

    Args:
        images: Array of shape `(n, n, height, width)`, or with 1 or 3 channels; row 0 is the largest z[1], as on a
            map. Decode `plots.manifold_codes(n, extent)` to get them.
        extent: Float above 0, the grid goes from -extent to extent. Default 2.0.
        title: Text or None.
        value_range: Pair (low, high), the values that are black and white, or None: the range of the data, [0, 1],
            [-1, 1] or [0, 255], is told from the images. As a decoder's means they lie a little outside of it: it is
            [-1, 1] if one value in twenty is below -0.25, or negative values make more than 0.3 of the sum of all
            absolute values. Default None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no images in rows and columns, `value_range` is no increasing pair, or `extent` is not
            above 0.

    Example:
    >>> images = vae.decode(keras_vae.plots.manifold_codes(15)).reshape(15, 15, 28, 28, 1)
    >>> keras_vae.plots.manifold(images)
    """
    title = text_or_none("title", title)
    shape = np.shape(images)
    if len(shape) == 4 and shape[-1] in (1, 3):
        raise ValueError(
            "`images` must be of the shape (n, n, height, width) or (n, n, height, width, channels): reshape what is "
            f"decoded from manifold_codes(n). Received: shape {shape}, a list of images"
        )
    images = canvas.check_images("images", images, 2)
    extent = at_least("extent", extent, 0.0, strict=True)
    rows, columns = images.shape[:2]
    picture = canvas.tile(value_ranges.to_unit(images, value_ranges.of_means(images, value_range)), gap=0)
    fig = canvas.figure(5.0, 5.0 * rows / columns + 0.2)
    axes = fig.add_subplot()
    canvas.show(axes, picture)
    canvas.label(axes, title, "z[0]", "z[1]")
    rightwards, upwards = np.linspace(-extent, extent, columns), np.linspace(extent, -extent, rows)
    _ticks(axes.xaxis, rightwards if columns > 1 else [0.0], picture.shape[1])
    _ticks(axes.yaxis, upwards if rows > 1 else [0.0], picture.shape[0])
    return fig


def _ticks(axis, values, length):
    """Name at most five of the cells of an axis, at their middles."""
    count = len(values)
    chosen = np.unique(np.linspace(0, count - 1, min(count, 5)).round().astype(int))
    axis.set_ticks((chosen + 0.5) * length / count - 0.5, [f"{values[i]:.2g}" for i in chosen])


def manifold_codes(n: int = 15, extent: float = 2.0) -> np.ndarray:
    """Return the codes of an n x n grid over the latent plane, row by row from the largest z[1] down.

    Args:
        n: Int of at least 1. Default 15.
        extent: Float above 0; +-2 holds 91 % of the standard normal prior. Default 2.0.

    Returns:
        Float32 array of shape `(n * n, 2)`.

    Raises:
        ValueError: If an argument is out of its range.
    """
    n = whole_number("n", n, high=MOST_CODES)
    extent = at_least("extent", extent, 0.0, strict=True)
    line = np.linspace(-extent, extent, n) if n > 1 else np.zeros(1)
    z0, z1 = np.meshgrid(line, -line)
    return np.stack([z0.ravel(), z1.ravel()], axis=1).astype("float32")
