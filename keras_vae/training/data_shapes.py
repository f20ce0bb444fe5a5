"""What is known of the shapes of data before their first batch is drawn."""

import keras
from keras import KerasTensor


def of_batch(x, y):
    """Return `(x, y)` as symbolic tensors with an unknown batch size, or None where nothing is known.

    Args:
        x: What `fit` takes as x: an array or tensor, a `keras.utils.PyDataset`, a `tf.data.Dataset`. Of a generator
            and a PyTorch loader nothing is known without drawing from it.
        y: None or an array, the target.
    """
    if isinstance(x, keras.utils.PyDataset):
        batch = x[0]
    else:
        batch = getattr(x, "element_spec", (x, y))
    x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    if getattr(x, "shape", None) is None or getattr(x.shape, "rank", 0) is None:
        return None
    return _symbolic(x), None if y is None else _symbolic(y)


def _symbolic(array):
    shape = getattr(array, "shape", None)
    if shape is None:
        raise ValueError(f"`y` must be an array or a tensor. Received: {type(array).__name__}")
    return KerasTensor((None, *shape[1:]))
