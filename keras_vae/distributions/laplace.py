"""The Laplace distribution with scale exp(log_scale), element by element, in nats."""

import math

import keras
from keras import ops

from keras_vae.types import Seed, Tensor


def log_prob(x: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """Return -|x - mean| / b - log(2 b), b = exp(log_scale)."""
    return -ops.abs(x - mean) * ops.exp(-log_scale) - log_scale - math.log(2.0)


def sample(mean: Tensor, log_scale: Tensor, seed: Seed) -> Tensor:
    """Draw by the inverse of the distribution function."""
    u = keras.random.uniform(ops.shape(mean), minval=-0.5, maxval=0.5, dtype=mean.dtype, seed=seed)
    # uniform draws include -0.5, where the logarithm would be infinite.
    tail = ops.log1p(-2.0 * ops.minimum(ops.abs(u), 0.5 - 2.0**-25))
    return mean - ops.exp(log_scale) * ops.sign(u) * tail
