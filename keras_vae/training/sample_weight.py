"""The checks of sample weights."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike


def check_shape(sample_weight: Any) -> None:
    """Raise a ValueError if the weights of a batch are not of shape `(batch,)`, as far as the shape is known."""
    shape = getattr(sample_weight, "shape", None)
    if shape is None or getattr(shape, "rank", 0) is None:
        return
    if len(shape) != 1:
        raise ValueError(
            f"`sample_weight` must be of shape (batch,), one weight for each row. Received: shape {tuple(shape)}"
        )


def check_values(sample_weight: Any) -> None:
    """Raise a ValueError if some weight is negative or not finite. Weights whose values are unknown pass."""
    if hasattr(sample_weight, "__getitem__"):
        weights = ops.convert_to_numpy(sample_weight)
        if not np.all(weights >= 0) or np.any(np.isinf(weights)):
            raise ValueError(
                "`sample_weight` must be finite and at least 0. Received: weights from "
                f"{np.min(weights):g} to {np.max(weights):g}"
            )


def checked(sample_weight: ArrayLike, num_rows: int) -> np.ndarray:
    """Return the weights of all the rows as a float32 array; raise a ValueError if they cannot be averaged with."""
    weights = as_rows("sample_weight", sample_weight)
    check_shape(weights)
    check_values(weights)
    if len(weights) != num_rows:
        raise ValueError(
            f"`sample_weight` must have a weight for each of the {num_rows} rows. Received: {len(weights)} weights"
        )
    if not np.any(weights):
        raise ValueError(f"`sample_weight` must not be 0 for every row. Received: {num_rows} zeros")
    return weights.astype("float32")
