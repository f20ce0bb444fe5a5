"""Data beside what the model makes of them."""

import numpy as np

from keras_vae.plots import canvas


def reconstructions(x, x_hat, title: str | None = "Reconstructions"):
    """Draw examples in a row and their reconstructions under them.

    Args:
        x: Array of shape `(n, height, width)` or `(n, height, width, 1 or 3)`, in [0, 1].
        x_hat: Array of the same shape.
        title: Text or None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no images, or their shapes differ.

    Example:
    >>> keras_vae.plots.reconstructions(x_test[:10], vae.reconstruct(x_test[:10]))
    """
    x, x_hat = canvas.check_images("x", x, 1), canvas.check_images("x_hat", x_hat, 1)
    if x.shape != x_hat.shape:
        raise ValueError(f"`x_hat` must have the shape of x. Received: {x_hat.shape} and {x.shape}")
    return canvas.image_grid(np.stack([x, x_hat]), title, rows=["data", "model"])
