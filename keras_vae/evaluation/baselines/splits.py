"""Training and test data as matrices."""

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices


def as_rows(x_train, x_test) -> tuple[np.ndarray, np.ndarray]:
    """Return training and test data as finite float64 matrices of as many columns."""
    x_train, x_test = matrices.flat("x_train", x_train), matrices.flat("x_test", x_test)
    return matrices.same_columns("x_train", x_train, "x_test", x_test)


def num_components(value, x_train, high: int) -> int:
    """Return the number of components if the training data can have so many."""
    value = whole_number("num_components", value)
    if value > high:
        raise ValueError(
            f"`num_components` must be at most {high} for {x_train.shape[0]} examples of {x_train.shape[1]} values. "
            f"Received: num_components={value}"
        )
    return value
