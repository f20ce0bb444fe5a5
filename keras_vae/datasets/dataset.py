"""What every data set gives."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Dataset:
    """The arrays of a data set.

    Args:
        name: Its name.
        x_train: Float32 array of shape `(n, height, width, channels)`, in [0, 1].
        x_test: The same for the test split.
        y_train: Int array of shape `(n,)`, the labels, or None.
        y_test: The same for the test split.
        factors_train: Int array of shape `(n, factors)`, the generating factors, or None.
        factors_test: The same for the test split.
        factor_names: The names of the factors.
        source: One line: where the data come from.
    """

    name: str
    x_train: np.ndarray
    x_test: np.ndarray
    y_train: np.ndarray | None = None
    y_test: np.ndarray | None = None
    factors_train: np.ndarray | None = None
    factors_test: np.ndarray | None = None
    factor_names: tuple[str, ...] = ()
    source: str = ""


def to_unit_range(name: str, images) -> np.ndarray:
    """Return images as float32 in [0, 1] of shape `(n, height, width, channels)`; 8-bit values are divided by 255.

    Raises:
        ValueError: If the array has not 2, 3 or 4 axes, no rows, or values that are neither 8-bit nor in [0, 1].
    """
    images = np.asarray(images)
    if images.ndim not in (2, 3, 4) or not images.shape[0]:
        raise ValueError(
            f"`{name}` must have the shape (n, values), (n, height, width) or (n, height, width, channels) with at "
            f"least one row. Received: shape {images.shape}"
        )
    if images.dtype == np.uint8:
        images = images.astype("float32") / np.float32(255.0)
    elif images.dtype.kind not in "biuf" or not (np.min(images) >= 0 and np.max(images) <= 1):
        bounds = f" from {np.min(images)} to {np.max(images)}" if images.dtype.kind in "biuf" else ""
        raise ValueError(
            f"`{name}` must be of type uint8, or have finite values in [0, 1]. Received: {images.dtype}{bounds}"
        )
    images = images.astype("float32", copy=False)
    return images[..., None] if images.ndim == 3 else images


def split(images, labels, test_fraction: float, seed: int = 0):
    """Split rows at random, the same way every time, into `(x_train, y_train), (x_test, y_test)`."""
    n = len(images)
    order = np.random.default_rng(seed).permutation(n)
    num_test = min(max(1, round(test_fraction * n)), n - 1)
    if n < 2:
        raise ValueError(f"The data must have at least 2 examples, to split a test set off. Received: {n}")
    test, train = order[:num_test], order[num_test:]
    if labels is None:
        return (images[train], None), (images[test], None)
    return (images[train], labels[train]), (images[test], labels[test])
