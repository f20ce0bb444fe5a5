"""A Keras model over the rows of an array, in batches of one shape."""

import math

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import checks, padded


def forward(model, x, batch_size: int = 256, name: str = "x") -> np.ndarray:
    """Return what a Keras model gives for each row of what a caller was given under a name.

    The last batch is filled up with the first row: each new shape would be traced and compiled anew, on TensorFlow
    with a warning after the fifth one.
    """
    batch_size = whole_number("batch_size", batch_size)
    x = checks.rows(name, x, model.input_shape[1:])
    filled = padded(x, math.ceil(len(x) / batch_size) * batch_size)
    if not np.all(np.isfinite(filled)):
        checks.refuse_rows(name, x, np.isfinite)
    return model.predict(filled, batch_size=batch_size, verbose=0)[: len(x)]
