"""The mean image, the reconstruction of a collapsed VAE."""

import numpy as np

from keras_vae.evaluation.baselines import splits
from keras_vae.evaluation.statistics.estimate import mean_with_error


def mean_image(x_train, x_test) -> dict:
    """Score the mean training image as the answer to every example.

    Args:
        x_train: Array of shape `(n, ...)`.
        x_test: Array of shape `(m, ...)`.

    Returns:
        Dict: `mean_squared_error`, a value of x_test, with its standard error; and, where all values lie in [0, 1],
        `bernoulli_loss`, minus the Bernoulli log-likelihood in nats per example under the mean image (kept
        1e-6 from 0 and 1: a pixel that is black in all training data may be grey in a test image), with its standard
        error.

    Raises:
        ValueError: If the arrays do not fit or are not finite.

    Example:
    >>> keras_vae.evaluation.mean_image(x_train, x_test)["bernoulli_loss"]
    """
    x_train, x_test = splits.as_rows(x_train, x_test)
    mean = x_train.mean(axis=0)
    result = mean_with_error("mean_squared_error", np.mean((x_test - mean) ** 2, axis=1))
    if min(x_train.min(), x_test.min()) >= 0.0 and max(x_train.max(), x_test.max()) <= 1.0:
        p = np.clip(mean, 1e-6, 1.0 - 1e-6)
        result |= mean_with_error("bernoulli_loss", -(x_test * np.log(p) + (1.0 - x_test) * np.log1p(-p)).sum(axis=1))
    return result
