"""The unit in which models of discrete data are compared."""

import math
import numbers

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike


def bits_per_dimension(log_likelihood: float | ArrayLike, num_dimensions: int, levels: int | None = None) -> dict:
    """Turn log-likelihoods in nats into bits per dimension, for discrete data.

    Without `levels` the log-likelihoods must be log-probabilities: of zeros and ones under `Bernoulli`, or of a grid
    k / (levels - 1) under `DiscretizedLogistic` with as many levels.

    With `levels` they are log-densities of data to which uniform noise of one step was added (dequantization):
    (k + u) / levels, k = 0, ..., levels - 1, u uniform in [0, 1), so that a step is 1 / levels wide and the data fill
    [0, 1]. Data on the grid k / (levels - 1), such as 8-bit images divided by 255, are rescaled before the model is
    trained and measured: x * (levels - 1) / levels + u / levels.

    Args:
        log_likelihood: Float or array of any shape, nats per example; a lower bound gives an upper one here.
        num_dimensions: Int of at least 1, values of an example, such as 784.
        levels: None, or int of at least 2, the number of values k: 256 for 8-bit images. Default None.

    Returns:
        Dict: `bits_per_dimension`, the mean; `num_dimensions`; `levels`.

    Raises:
        ValueError: If a log-probability is above 0, or an argument is out of its range.

    Example:
    >>> keras_vae.evaluation.bits_per_dimension(-543.43, 784)["bits_per_dimension"]  # uniform over 0 and 1: one bit

    Reference: Theis et al. 2016, "A note on the evaluation of generative models", section 3.1.
    """
    is_single = isinstance(log_likelihood, numbers.Number) or getattr(log_likelihood, "shape", None) == ()
    values = np.asarray(as_rows("log_likelihood", [log_likelihood] if is_single else log_likelihood), dtype="float64")
    num_dimensions = whole_number("num_dimensions", num_dimensions)
    if not values.size or not np.all(np.isfinite(values)):
        raise ValueError(f"`log_likelihood` must be finite and not empty. Received: shape {values.shape}")
    if levels is None and np.any(values > 0.0):
        raise ValueError(
            "`log_likelihood` must be at most 0: log-probabilities of discrete data. A density, which may be above 1, "
            f"needs `levels`. Received: {values.max():.4g}"
        )
    nats = -values.mean() / num_dimensions
    if levels is not None:
        levels = whole_number("levels", levels, low=2)
        nats += math.log(levels)
    return {"bits_per_dimension": float(nats / math.log(2.0)), "num_dimensions": num_dimensions, "levels": levels}
