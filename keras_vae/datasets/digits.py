"""scikit-learn's handwritten digits."""

import numpy as np

from keras_vae.datasets.dataset import Dataset, split


def digits() -> Dataset:
    """Return 1,797 handwritten digits of 8 x 8 pixels with 17 grey levels, 1,438 to train and 359 to test.

    Example:
    >>> data = keras_vae.datasets.digits()
    >>> data.x_train.shape
    (1438, 8, 8, 1)

    Reference: Alpaydin and Kaynak 1998, "Optical recognition of handwritten digits", UCI (the test part).
    """
    from sklearn.datasets import load_digits  # late: importing scikit-learn takes a second

    bunch = load_digits()
    images = (bunch.images / 16.0).astype("float32")[..., None]
    (x_train, y_train), (x_test, y_test) = split(images, bunch.target.astype(np.int64), test_fraction=0.2)
    return Dataset(
        name="digits",
        x_train=x_train,
        x_test=x_test,
        y_train=y_train,
        y_test=y_test,
        source="scikit-learn's load_digits: UCI optical recognition of handwritten digits, 8 x 8, embedded",
    )
