"""The way from one example to another."""

from keras_vae.plots import canvas


def interpolation(images, title: str | None = "Interpolation between two examples"):
    """Draw the images between two examples from left to right.

    Args:
        images: What `vae.interpolate` returns: `(steps, height, width, channels)` for one pair, or
            `(n, steps, height, width, channels)` for n pairs, a row each. In [0, 1].
        title: Text or None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no images.

    Example:
    >>> keras_vae.plots.interpolation(vae.interpolate(x_test[0], x_test[1], steps=9))
    """
    many = getattr(images, "ndim", 0) == 5
    images = canvas.check_images("images", images if many else [images], 2)
    steps = images.shape[1]
    columns = ["a", *[""] * (steps - 2), "b"] if steps > 1 else None
    return canvas.image_grid(images, title, columns=columns)
