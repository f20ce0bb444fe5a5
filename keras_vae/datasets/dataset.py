"""Data sets as arrays, and their splits."""

import numbers
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np

from keras_vae.types import ArrayLike

Split: TypeAlias = tuple[np.ndarray, np.ndarray | None]  # images and labels


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

    def __repr__(self) -> str:
        """Return names, shapes and types; no values."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        texts = [f"{name}={_described(value)}" for name, value in given.items() if value is not None and len(value)]
        return f"{type(self).__name__}({', '.join(texts)})"


def _described(value: Any) -> str:
    return f"{value.shape} {value.dtype}" if isinstance(value, np.ndarray) else repr(value)


def to_unit_range(**named: ArrayLike) -> tuple[np.ndarray, ...]:
    """Return images as float32 in [0, 1] of shape `(n, height, width, channels)`.

    8-bit values are divided by 255, unless all of them, of all the arrays together, are 0 or 1: then the images have
    been made binary, and are taken as they are. Values of another type must be in [0, 1].

    Args:
        **named: The arrays of one data set (its splits) by their names, which errors say.

    Raises:
        ValueError: If an array has not 2, 3 or 4 axes, no values, or values that are neither 8-bit nor in [0, 1].
    """
    arrays = {name: np.asarray(images) for name, images in named.items()}
    for name, images in arrays.items():
        _check_images(name, images)
    largest = max((int(images.max()) for images in arrays.values() if images.dtype == np.uint8), default=0)
    scale = np.float32(1.0 if largest <= 1 else 255.0)
    results = []
    for images in arrays.values():
        images = images.astype("float32") / scale if images.dtype == np.uint8 else images.astype("float32", copy=False)
        results.append(images[..., None] if images.ndim == 3 else images)
    return tuple(results)


def _check_images(name, images):
    if images.ndim not in (2, 3, 4) or not images.size:
        raise ValueError(
            f"`{name}` must have the shape (n, values), (n, height, width) or (n, height, width, channels) with at "
            f"least one row. Received: shape {images.shape}"
        )
    if images.dtype == np.uint8:
        return
    if images.dtype.kind not in "biuf" or not (np.min(images) >= 0 and np.max(images) <= 1):
        bounds = f" from {np.min(images)} to {np.max(images)}" if images.dtype.kind in "biuf" else ""
        raise ValueError(
            f"`{name}` must be of type uint8, or have finite values in [0, 1]. Received: {images.dtype}{bounds}"
        )


def split(images: np.ndarray, labels: np.ndarray | None, test_fraction: float, seed: int = 0) -> tuple[Split, Split]:
    """Split rows at random, the same way every time, into `(x_train, y_train), (x_test, y_test)`.

    Raises:
        ValueError: If `test_fraction` is not above 0 and below 1, or there are fewer than 2 rows.
    """
    if isinstance(test_fraction, bool) or not isinstance(test_fraction, numbers.Real) or not 0 < test_fraction < 1:
        raise ValueError(
            f"`test_fraction` must be a number above 0 and below 1. Received: test_fraction={test_fraction!r}"
        )
    n = len(images)
    if n < 2:
        raise ValueError(f"The data must have at least 2 examples, to split a test set off. Received: {n}")
    order = np.random.default_rng(seed).permutation(n)
    num_test = min(max(1, round(float(test_fraction) * n)), n - 1)
    test, train = order[:num_test], order[num_test:]
    if labels is None:
        return (images[train], None), (images[test], None)
    return (images[train], labels[train]), (images[test], labels[test])
