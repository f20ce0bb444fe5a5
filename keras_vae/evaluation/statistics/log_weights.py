"""Sums of weights given by their logs, one row of weights for each example."""

import numpy as np


def log_sum_exp(values: np.ndarray) -> np.ndarray:
    """Return log sum exp of each row, without overflow."""
    largest = values.max(axis=1, keepdims=True)
    return largest[:, 0] + np.log(np.exp(values - largest).sum(axis=1))


def effective_sample_size(log_sum: np.ndarray, log_sum_of_squares: np.ndarray) -> np.ndarray:
    """Return (sum w)^2 / sum w^2."""
    return np.exp(2.0 * log_sum - log_sum_of_squares)
