"""Gaussian densities and divergences of arrays, in float64."""

import math

import numpy as np
from keras import ops

from keras_vae.distributions import normal


def log_prob(z, mean, log_var) -> np.ndarray:
    """Return log N(z; mean, exp(log_var)) of each row, summed over the dimensions, in nats."""
    return -0.5 * np.sum(math.log(2.0 * math.pi) + log_var + (z - mean) ** 2 * np.exp(-log_var), axis=1)


def log_standard_normal(z) -> np.ndarray:
    """Return log N(z; 0, I) of each row, in nats."""
    return log_prob(z, 0.0, np.zeros(np.shape(z)))


def kl_per_dimension(mean, log_var) -> np.ndarray:
    """Return KL(N(mean, exp(log_var)) || N(0, 1)) of each element, in nats, of the same shape."""
    tensors = (ops.convert_to_tensor(np.asarray(part, "float32")) for part in (mean, log_var))
    return np.asarray(ops.convert_to_numpy(normal.kl(*tensors)), "float64")
