"""The checks of what scores take: matrices, labels, data."""

from typing import Any

import numpy as np

from keras_vae.arguments import LARGEST
from keras_vae.rows import as_labels, as_rows
from keras_vae.types import ArrayLike

SHOWN = 5
# exp of it is a variance that float32 holds, and a precision that float64 can multiply with squares.
LOG_VAR = (-300.0, 88.0)


def matrix(name: str, value: ArrayLike, rows: int | None = None, low_rows: int = 1) -> np.ndarray:
    """Return `value` as a finite float64 array of shape `(n, columns)`; raise a ValueError otherwise."""
    array = np.asarray(as_rows(name, value), dtype="float64")
    if array.ndim != 2 or not array.shape[1]:
        raise ValueError(f"`{name}` must have the shape (n, columns). Received: {name} of shape {array.shape}")
    if len(array) < low_rows:
        raise ValueError(f"`{name}` must have at least {low_rows} rows. Received: {name} of shape {array.shape}")
    if rows is not None and len(array) != rows:
        raise ValueError(f"`{name}` must have {rows} rows, as the array beside it. Received: {len(array)}")
    bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(bad):
        raise ValueError(
            f"`{name}` must be finite. Received: {len(bad)} of {len(array)} rows with NaN or infinity, the first of "
            f"them {bad[:SHOWN].tolist()}"
        )
    if max(array.max(), -array.min()) > LARGEST:
        raise ValueError(f"`{name}` must be finite in float32. Received: values from {array.min()} to {array.max()}")
    return array


def vectors(name: str, codes: ArrayLike, rows: int | None = None, low_rows: int = 1) -> np.ndarray:
    """Return codes of any shape as finite float64 vectors, `(n, latent_dim)`; raise a ValueError otherwise."""
    codes = np.asarray(as_rows(name, codes), dtype="float64")
    return matrix(name, codes.reshape(len(codes), -1) if codes.ndim > 2 and codes.size else codes, rows, low_rows)


def posterior(mean: ArrayLike, log_var: ArrayLike, low_rows: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return `mean` and `log_var`, of codes of any shape, as finite float64 arrays of one shape `(n, latent_dim)`."""
    mean, log_var = vectors("mean", mean, low_rows=low_rows), vectors("log_var", log_var)
    if mean.shape != log_var.shape:
        raise ValueError(f"`log_var` must have the shape of mean. Received: {log_var.shape} and {mean.shape}")
    low, high = LOG_VAR
    if log_var.min() < low or log_var.max() > high:
        raise ValueError(
            f"`log_var` must be logs of variances, from {low:g} to {high:g}. Received: values from {log_var.min():.4g} "
            f"to {log_var.max():.4g}"
        )
    return mean, log_var


def pair(
    first_name: str, first: ArrayLike, second_name: str, second: ArrayLike, low_rows: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of any shape as two finite float64 matrices with as many columns each."""
    first, second = vectors(first_name, first, low_rows=low_rows), vectors(second_name, second, low_rows=low_rows)
    return same_columns(first_name, first, second_name, second)


def same_columns(
    first_name: str, first: np.ndarray, second_name: str, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return two matrices if they have as many columns each; raise a ValueError otherwise."""
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"`{second_name}` must have as many columns as {first_name}. Received: {second.shape[1]} and "
            f"{first.shape[1]}"
        )
    return first, second


def labels(name: str, value: ArrayLike, rows: int, low_classes: int = 2) -> np.ndarray:
    """Return `value` as an array of shape `(rows,)` with at least `low_classes` different values."""
    array = as_labels(name, value, rows)
    classes = np.unique(array)
    if len(classes) < low_classes:
        raise ValueError(f"`{name}` must hold at least {low_classes} classes. Received: {classes.tolist()} only")
    return array


def data(name: str, x: ArrayLike) -> Any:
    """Return data of shape `(n, ...)`, n at least one, as what can be sliced by rows."""
    x = as_rows(name, x)
    if not x.shape[0]:
        raise ValueError(f"`{name}` must have at least one row. Received: {name} of shape {x.shape}")
    return x


def flat(name: str, x: ArrayLike) -> np.ndarray:
    """Return data of shape `(n, ...)` as a finite float64 matrix with a row for each example."""
    x = np.asarray(as_rows(name, x), dtype="float64")
    if x.ndim < 2 or not x.size:
        raise ValueError(f"`{name}` must have the shape (n, ...), with at least one row. Received: shape {x.shape}")
    return matrix(name, x.reshape(len(x), -1))


def require_different(name: str, x: ArrayLike) -> None:
    """Raise a ValueError if all examples are the same: there is no variance to explain."""
    if len(x) and not np.any(np.asarray(x) != np.asarray(x[0])):
        raise ValueError(f"`{name}` must hold different examples. Received: the same one in every row")


def chance(y: ArrayLike) -> float:
    """Return the share of the most frequent label: what guessing it always would score."""
    return float(np.unique(y, return_counts=True)[1].max() / len(y))
