"""The checks of arrays with rows."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from keras_vae.arguments import shape_text
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike, Tensor


def batch_of(name: str, x: Tensor, event_shape: Sequence[int | None]) -> Tensor:
    """Return `x` if its shape is `(batch, *event_shape)`; raise a ValueError otherwise."""
    shape = tuple(getattr(x, "shape", ()))
    if not fits(shape, event_shape):
        raise ValueError(
            f"`{name}` must have the shape {shape_text((None, *event_shape))}. Received: {name} of shape "
            f"{shape_text(shape)}"
        )
    return x


def rows(name: str, x: ArrayLike, event_shape: Sequence[int | None]) -> Any:
    """Return `x` as something to slice by rows: an array with at least one row of the right shape."""
    x = as_rows(name, x)
    batch_of(name, x, event_shape)
    if not x.shape[0]:
        raise ValueError(f"`{name}` must have at least one row. Received: {name} of shape {shape_text(tuple(x.shape))}")
    return x


def refuse_rows(name: str, rows: Any, is_valid: Callable, shown: int = 5) -> NoReturn:
    """Raise the ValueError of rows that hold NaN or infinite values; `is_valid` says which values are good."""
    with np.errstate(over="ignore"):
        bad = [i for i in range(rows.shape[0]) if not np.all(is_valid(np.asarray(rows[i], "float32")))]
    raise ValueError(
        f"`{name}` must hold finite numbers. Received: {len(bad)} of {rows.shape[0]} rows with NaN or infinity, the "
        f"first of them {bad[:shown]}"
    )


def fits(shape: Sequence[int | None], event_shape: Sequence[int | None]) -> bool:
    """Say whether a shape is `(batch, *event_shape)`, as far as both are known."""
    return len(shape) == len(event_shape) + 1 and all(
        a is None or b is None or a == b for a, b in zip(shape[1:], event_shape, strict=True)
    )
