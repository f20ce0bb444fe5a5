"""A figure of the images between two examples."""

from keras_vae.arguments import text_or_none
from keras_vae.plots import canvas, value_ranges
from keras_vae.types import ArrayLike, Figure


def interpolation(
    images: ArrayLike,
    title: str | None = "Interpolation between two examples",
    value_range: tuple[float, float] | None = None,
) -> Figure:
    """Draw the images between two examples from left to right.

    Args:
        images: What `vae.interpolate` returns: `(steps, height, width, channels)` for one pair, or
            `(n, steps, height, width, channels)` for n pairs, a row each.
        title: Text or None.
        value_range: Pair (low, high), the values that are black and white, or None: the range of the data, [0, 1],
            [-1, 1] or [0, 255], is told from the images. As a decoder's means they lie a little outside of it: it is
            [-1, 1] if one value in twenty is below -0.25, or negative values make more than 0.3 of the sum of all
            absolute values. Default None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no images, or `value_range` is no increasing pair.

    Example:
    >>> keras_vae.plots.interpolation(vae.interpolate(x_test[0], x_test[1], steps=9))
    """
    title = text_or_none("title", title)
    many = getattr(images, "ndim", 0) == 5
    images = canvas.check_images("images", images if many else [images], 2)
    images = value_ranges.to_unit(images, value_ranges.of_means(images, value_range))
    steps = images.shape[1]
    columns = ["a", *[""] * (steps - 2), "b"] if steps > 1 else None
    return canvas.image_grid(images, title, columns=columns)
