"""A figure of traversals of the latent dimensions."""

from collections.abc import Sequence

from keras_vae.arguments import text_or_none
from keras_vae.plots import canvas, value_ranges
from keras_vae.types import ArrayLike, Figure


def traversals(
    images: ArrayLike,
    values: ArrayLike,
    dimensions: Sequence[int] | None = None,
    title: str | None = "Traversals of the latent dimensions",
    value_range: tuple[float, float] | None = None,
) -> Figure:
    """Draw a row for each latent dimension: an example's image with that dimension set to each value.

    Args:
        images: Array of shape `(dimensions, len(values), height, width)`, or with 1 or 3 channels.
        values: Floats, the values of the latent dimension, a column each.
        dimensions: Ints, the dimensions' numbers; None numbers them from 0. Default None.
        title: Text or None.
        value_range: Pair (low, high), the values that are black and white, or None: the range of the data, [0, 1],
            [-1, 1] or [0, 255], is told from the images. As a decoder's means they lie a little outside of it: it is
            [-1, 1] if one value in twenty is below -0.25, or negative values make more than 0.3 of the sum of all
            absolute values. Default None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no images, their number is not that of the values or dimensions, or `value_range` is no
            increasing pair.

    Example:
    >>> values = np.linspace(-3, 3, 7)
    >>> images = [vae.traverse(x_test[0], dimension, values) for dimension in range(vae.latent_dim)]
    >>> keras_vae.plots.traversals(images, values)
    """
    title = text_or_none("title", title)
    images, values = canvas.check_images("images", images, 2), canvas.check_numbers("values", values)
    dimensions = canvas.check_names("dimensions", range(len(images)) if dimensions is None else dimensions)
    if images.shape[:2] != (len(dimensions), len(values)):
        raise ValueError(
            f"`images` must be of shape (dimensions, values, ...) = ({len(dimensions)}, {len(values)}, ...). "
            f"Received: {images.shape}"
        )
    images = value_ranges.to_unit(images, value_ranges.of_means(images, value_range))
    columns = [f"{value:.3g}" for value in values]
    return canvas.image_grid(images, title, rows=[f"z[{d}]" for d in dimensions], columns=columns)
