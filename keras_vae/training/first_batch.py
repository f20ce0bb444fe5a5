"""A first batch of data: its shapes and, where they can be known before the first step, its values."""

import itertools
import types
from typing import Any

import keras

ROWS = 256


def peek(x: Any) -> tuple[tuple | None, Any]:
    """Return a first batch `(x, y, sample_weight)` of a data set, or None where nothing is known, and x to go on with.

    Args:
        x: A data set that `fit` takes: a `keras.utils.PyDataset`, a generator (whose first batch is put back), or a
            `tf.data.Dataset`, of which only the shapes are known. Of a PyTorch loader nothing is known without
            drawing from it.
    """
    if x is None:
        raise ValueError("`x` must be an array, a tensor or a data set. Received: x=None")
    if isinstance(x, types.GeneratorType):
        first = list(itertools.islice(x, 1))
        x = _put_back(first, x)
        batch = first[0] if first else None
    elif isinstance(x, keras.utils.PyDataset):
        batch = x[0]
    elif hasattr(x, "element_spec"):
        batch = x.element_spec
    else:
        return None, x
    return _first(batch), x


def _put_back(first, rest):
    # A generator function, since Keras knows a generator by its type.
    yield from first
    yield from rest


def _first(batch):
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
    if getattr(x, "shape", None) is None or getattr(x.shape, "rank", 0) is None:
        return None
    return x, y, sample_weight
