"""A Keras model over the rows of an array, in batches of one shape."""

import math

import numpy as np

from keras_vae.models.batched import padded


def forward(model, x, batch_size: int = 256) -> np.ndarray:
    """Return what a Keras model gives for each row.

    The last batch is filled up with the first row: each new shape would be traced and compiled anew, on TensorFlow
    with a warning after the fifth one.
    """
    filled = padded(x, math.ceil(len(x) / batch_size) * batch_size)
    return model.predict(filled, batch_size=batch_size, verbose=0)[: len(x)]
