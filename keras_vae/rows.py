"""Rows of arrays of any library."""

from typing import Any

import numpy as np

from keras_vae.types import ArrayLike


def as_rows(name: str, value: ArrayLike) -> Any:
    """Return something whose `shape` is known and whose rows `take` can take.

    A `numpy.memmap` and an h5py data set stay on the disk. Everything else is held in memory already and becomes a
    NumPy array: of pandas, TensorFlow, JAX or PyTorch (also from another device, or with a gradient), a list of
    numbers, and whatever else NumPy can read as an array. Values of bfloat16 become float32.

    Args:
        name: The argument's name, for the error.
        value: What the caller was given.

    Returns:
        A NumPy array, or an h5py data set.

    Raises:
        ValueError: If it has no rows of real numbers: a dict, text, objects, lists of different lengths, a sparse or
            masked or complex array, a single number.
    """
    try:
        array = value if _is_on_disk(value) else _in_memory(value)
        shape, dtype = array.shape, array.dtype
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"{_expected(name)} Received: {name} of type {_type(value)} ({error})") from error
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{_expected(name)} Received: {name} with a mask; fill it, or leave its rows out")
    if dtype.kind not in "biuf":
        raise ValueError(f"{_expected(name)} Received: {name} of type {_type(value)} with values of type {dtype}")
    if not shape:
        raise ValueError(f"{_expected(name)} Received: {name} of type {_type(value)} and shape {shape}")
    return array


def as_labels(name: str, value: ArrayLike, rows: int | None = None) -> np.ndarray:
    """Return labels, one for each row: real numbers, truth values or texts, of whatever library.

    Args:
        name: The argument's name, for the error.
        value: What the caller was given.
        rows: Int, how many there must be, or None. Default None.

    Returns:
        Array of shape `(rows,)`.

    Raises:
        ValueError: If it has another shape, is masked, or has labels that are none: NaN, complex numbers, objects.
    """
    expected = f"`{name}` must have the shape ({'n' if rows is None else rows},), one for each row."
    try:
        array = _in_memory(value)
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"{expected} Received: {name} of type {_type(value)} ({error})") from error
    if array.ndim != 1 or rows not in (None, len(array)):
        raise ValueError(f"{expected} Received: shape {array.shape}")
    if array.dtype.kind == "O":  # texts of pandas
        array = np.array(array.tolist()) if all(isinstance(label, str) for label in array) else array
    is_nan = array.dtype.kind == "f" and not np.all(np.isfinite(array))
    if isinstance(value, np.ma.MaskedArray) or array.dtype.kind not in "biufUS" or is_nan:
        kind = "a mask" if isinstance(value, np.ma.MaskedArray) else "NaN" if is_nan else f"type {array.dtype}"
        raise ValueError(f"`{name}` must be labels: numbers or texts. Received: {name} with {kind}")
    return array


def take(array: Any, rows: np.ndarray | slice) -> np.ndarray:
    """Return the rows at some positions of what `as_rows` has returned.

    Args:
        array: A NumPy array or an h5py data set.
        rows: Int array of positions from 0, in any order and as often as wanted; or a slice.

    Returns:
        Array of shape `(len(rows), ...)`.
    """
    if isinstance(array, np.ndarray) or isinstance(rows, slice):
        return np.asarray(array[rows])
    # HDF5 reads positions that increase only.
    positions, places = np.unique(rows, return_inverse=True)
    return array[positions][places]


def _is_on_disk(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "h5py" and hasattr(value, "shape")


def _in_memory(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):  # PyTorch gives no tensor out that has a gradient or is on a GPU
        value = value.detach().cpu()
        value = value.float() if "bfloat16" in str(value.dtype) else value
    convert = getattr(value, "to_numpy", None) or getattr(value, "numpy", None)
    array = np.asarray(convert() if convert else value)
    # NumPy knows the short floats of JAX and TensorFlow by no kind of its own.
    return array.astype("float32") if array.dtype.name.startswith(("bfloat", "float8")) else array


def _expected(name: str) -> str:
    return f"`{name}` must be an array of real numbers with rows (NumPy, pandas, h5py, TensorFlow, JAX or PyTorch)."


def _type(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
