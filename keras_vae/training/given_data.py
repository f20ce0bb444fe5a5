"""The data given to `fit`, `evaluate` and `predict`: checked, and made complete, before the first step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_vae.rows import as_rows
from keras_vae.training import first_batch, sample_weight
from keras_vae.types import ArrayLike

if TYPE_CHECKING:
    from keras_vae.training.trainer import Trainer


@dataclass(frozen=True)
class GivenData:
    """What goes on to Keras.

    Args:
        x: An array, or a data set.
        y: None or an array, the target.
        sample_weight: None or an array of shape `(n,)`.
        first: A first batch `(x, y, sample_weight)`, or None where nothing is known before the first step.
    """

    x: Any
    y: Any
    sample_weight: Any
    first: tuple | None


def prepare(model: "Trainer", x: Any, y: ArrayLike | None = None, weights: ArrayLike | None = None) -> GivenData:
    """Check data by their first batch, and build the model with it if it is not built yet.

    Args:
        model: A `Trainer`.
        x: What `fit` takes as x.
        y: None or an array. Labels are left out.
        weights: None or an array of shape `(n,)`, the sample weights. Keras would drop them without a y: the target
            is then said, which is x.

    Returns:
        A `GivenData`.

    Raises:
        ValueError: If a shape is wrong, x has no rows, or the weights are no weights.
    """
    if not is_stream(x):
        return _arrays(model, x, y, weights)
    first, x = first_batch.peek(x)
    if first is not None:
        first = _checked(model, *first)
    return GivenData(x, y, weights, first)


def is_stream(x: Any) -> bool:
    """Say whether x is a data set, which gives its rows batch by batch, and no array."""
    return not (hasattr(x, "shape") or isinstance(x, (list, tuple, dict, str, int, float, complex)))


def _arrays(model, x, y, weights):
    x = as_rows("x", x)
    if not isinstance(x, np.ndarray):
        raise ValueError(
            "`x` must be in memory, or a data set that reads it batch by batch: keras_vae.datasets.Batches(x). "
            f"Received: x of type {type(x).__module__}.{type(x).__qualname__}"
        )
    if x.shape[0] == 0:
        raise ValueError(f"`x` must have at least one row. Received: x of shape {x.shape}")
    rows = first_batch.ROWS
    first = _checked(model, x[:rows], None if y is None else y[:rows], None)
    y = None if first[1] is None else as_rows("y", y)
    if weights is not None:
        weights = sample_weight.checked(weights, len(x))
        y = x if y is None else y
    return GivenData(x, y, weights, (first[0], first[1], None if weights is None else weights[:rows]))


def _checked(model, x, y, weights):
    """Return a first batch whose shapes and weights are right, without labels."""
    model.build_from(x, y)
    y = model.without_labels(y)
    model.check_batch(x, y)
    if weights is not None:
        sample_weight.check_shape(weights)
        sample_weight.check_values(weights)
    return x, y, weights
