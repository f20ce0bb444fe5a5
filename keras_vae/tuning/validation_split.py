"""The data of a search, for training and for validation."""

from typing import Any

import numpy as np

from keras_vae.arguments import at_least
from keras_vae.datasets import Dataset
from keras_vae.datasets.dataset import split
from keras_vae.rows import as_rows


def validation_split(data: Any, validation_fraction: float) -> tuple:
    """Return data, labels and factors, each for training and for validation, or None twice where there are none.

    Args:
        data: `Dataset`, array of shape `(n, ...)`, or a pair of arrays `(x_train, x_validation)`.
        validation_fraction: Float between 0 and 1, the share of the rows that is kept aside, at random, where they are
            not a pair.

    Returns:
        Three pairs: `(x_train, x_validation)`, of float32, `(y_train, y_validation)` and the factors'.

    Raises:
        ValueError: If the data are no arrays of numbers that float32 can hold, or one of the two has too few rows.
    """
    if isinstance(data, tuple) and len(data) == 2:
        x_train, x_validation = (_as_float32(part) for part in data)
        if x_train.shape[1:] != x_validation.shape[1:] or not len(x_train) or len(x_validation) < 2:
            raise ValueError(
                "`data` must be two arrays of rows of one shape, two rows at least to validate. Received: shapes "
                f"{x_train.shape} and {x_validation.shape}"
            )
        return (x_train, x_validation), (None, None), (None, None)
    x = data.x_train if isinstance(data, Dataset) else _as_float32(data)
    fraction = at_least("validation_fraction", validation_fraction, 0.0, strict=True)
    rows = round(fraction * len(x)) if x.ndim else 0
    if not 2 <= rows < len(x):
        raise ValueError(
            "`validation_fraction` must leave two rows at least to validate and one to train. Received: "
            f"validation_fraction={validation_fraction!r} of data of shape {x.shape}"
        )
    (train, _), (validation, _) = split(np.arange(len(x)), None, fraction)
    parts = (x, data.y_train, data.factors_train) if isinstance(data, Dataset) else (x, None, None)
    return tuple((None, None) if part is None else (part[train], part[validation]) for part in parts)


def _as_float32(data):
    with np.errstate(over="ignore"):
        x = np.asarray(as_rows("data", data), dtype="float32")
    if np.any(np.isinf(x)):
        raise ValueError("`data` must be finite in float32. Received: infinity, or values beyond it")
    return x
