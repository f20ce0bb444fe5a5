"""Warnings of data that do not fit a likelihood."""

import warnings
from typing import Any

import numpy as np
from keras import ops

from keras_vae import batch
from keras_vae.likelihoods import Likelihood
from keras_vae.types import Tensor

LARGE = 100.0  # beyond it data in [0, 1], in [-1, 1] or standardized are none any more


def warn_of_values(likelihood: Likelihood, target: Any, sample_weight: Any) -> bool:
    """Warn if a first batch of targets does not fit the likelihood; return whether its values are known at all."""
    if not hasattr(target, "__getitem__"):
        return False
    target = ops.cast(target, "float32")
    if sample_weight is not None:
        target = batch.without_padding(target, ops.convert_to_tensor(sample_weight))
    warn_of_support(likelihood, likelihood.outside_support(target))
    warn_of_scale(likelihood, ops.convert_to_numpy(target))
    return True


def warn_of_support(likelihood: Any, outside: Tensor) -> None:
    """Warn if `outside`, the share of batches with values outside the likelihood's support, is not 0."""
    if float(outside) > 0:
        low, high = likelihood.support
        warnings.warn(
            f"The likelihood {type(likelihood).__name__} is defined for data in [{low:g}, {high:g}], and the data have "
            "values outside it: the losses are not those of a probability. Scale the data (x / 255 for 8-bit images) "
            "or choose another likelihood.",
            stacklevel=3,
        )


def warn_of_scale(likelihood: Likelihood, values: np.ndarray) -> None:
    """Warn if data, an array, are so large that the likelihood hears of the largest values only."""
    largest = np.max(np.abs(values), initial=0.0, where=np.isfinite(values))
    if likelihood.support is None and largest > LARGE:
        columns = values.reshape(len(values), -1)
        spread = columns[:, np.isfinite(columns).all(axis=0)].std(axis=0, dtype="float64")
        spread = spread[spread > 0.0] if np.any(spread > 0.0) else np.zeros(1)
        warnings.warn(
            f"The data have values as large as {largest:.3g}, and standard deviations from {np.min(spread):.3g} to "
            f"{np.max(spread):.3g}: the {type(likelihood).__name__} likelihood adds all errors in the data's own unit, "
            "and the largest values decide alone. Scale the data first: x / 255 for 8-bit images, each column by its "
            "mean and standard deviation for tables.",
            stacklevel=3,
        )
