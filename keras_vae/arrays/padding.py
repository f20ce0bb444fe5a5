"""Batches of few different sizes."""

import numpy as np

from keras_vae.types import ArrayLike


def fixed_size(n: int) -> int:
    """Return the power of two to which n rows are filled up: JAX compiles each shape anew, and keeps each for ever."""
    return 1 << (int(n) - 1).bit_length()


def padded(rows: ArrayLike, size: int) -> np.ndarray:
    """Return float32 rows, the first one repeated at the end up to `size`."""
    with np.errstate(over="ignore"):  # what float32 does not hold becomes infinite, and is refused as that
        rows = np.asarray(rows, dtype="float32")
    return np.concatenate([rows, np.repeat(rows[:1], size - len(rows), axis=0)]) if len(rows) < size else rows
