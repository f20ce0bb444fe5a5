"""What is known of the shapes of data before their first batch is drawn."""

import itertools
import types

import keras
from keras import KerasTensor


def peek(x, y=None):
    """Return the shapes of a batch, as symbolic tensors `(x, y)` or None if unknown, and x to go on with.

    Args:
        x: What `fit` takes as x: an array or tensor, a `keras.utils.PyDataset`, a `tf.data.Dataset`, a generator
            (whose first batch is put back). Of a PyTorch loader nothing is known without drawing from it.
        y: None or an array, the target.
    """
    if isinstance(x, types.GeneratorType):
        first = list(itertools.islice(x, 1))
        x = _put_back(first, x)
        batch = first[0] if first else None
    elif isinstance(x, keras.utils.PyDataset):
        batch = x[0]
    else:
        batch = getattr(x, "element_spec", (x, y))
    return _symbolic_pair(batch), x


def is_array(x) -> bool:
    """Say whether x is something that Keras itself cuts into batches."""
    return not isinstance(x, types.GeneratorType) and hasattr(x, "shape")


def _put_back(first, rest):
    # A generator function, since Keras knows a generator by its type.
    yield from first
    yield from rest


def _symbolic_pair(batch):
    x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    if getattr(x, "shape", None) is None or getattr(x.shape, "rank", 0) is None:
        return None
    if y is not None and getattr(y, "shape", None) is None:
        raise ValueError(f"`y` must be an array or a tensor. Received: {type(y).__name__}")
    return tuple(None if part is None else KerasTensor((None, *part.shape[1:])) for part in (x, y))
