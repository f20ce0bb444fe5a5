"""The continuous Bernoulli distribution on [0, 1] given by its logits, element by element, in nats.

Reference: Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli: fixing a pervasive error in variational
autoencoders", equations 5 to 8, with lambda = sigmoid(logits).
"""

import math

import keras
from keras import ops

from keras_vae.distributions import bernoulli
from keras_vae.types import Seed, Tensor

# Below this |logit| the closed forms are 0 / 0 in float32; their Taylor series are exact to 1e-7 there.
SERIES_BELOW = 0.3


def log_prob(x: Tensor, logits: Tensor) -> Tensor:
    """Return log C(lambda) + x log(lambda) + (1 - x) log(1 - lambda)."""
    return bernoulli.log_prob(x, logits) + log_normalizer(logits)


def log_normalizer(logits: Tensor) -> Tensor:
    """Return log C(lambda) = log(l / tanh(l / 2)) for logits l; log 2 at l = 0."""
    small, squared, size = _split(logits)
    series = math.log(2.0) + squared / 12.0 - 7.0 * ops.square(squared) / 1440.0 + 31.0 * squared**3 / 90720.0
    return ops.where(small, series, ops.log(size) - ops.log(ops.tanh(0.5 * size)))


def mean(logits: Tensor) -> Tensor:
    """Return 1 / (1 - exp(-l)) - 1 / l for logits l; 1/2 at l = 0."""
    small, squared, size = _split(logits)
    series = 0.5 + logits * (1.0 / 12.0 - squared / 720.0 + ops.square(squared) / 30240.0)
    above_half = -1.0 / ops.expm1(-size) - 1.0 / size
    return ops.where(small, series, ops.where(logits > 0, above_half, 1.0 - above_half))


def sample(logits: Tensor, seed: Seed) -> Tensor:
    """Draw by the inverse of the distribution function, log(1 + u (exp(l) - 1)) / l."""
    u = keras.random.uniform(ops.shape(logits), dtype=logits.dtype, seed=seed)
    size = ops.maximum(ops.abs(logits), 1e-3)
    # The form with exp(-|l|) does not overflow; |l| below 1e-3 differs from the uniform law by less than 3e-4.
    rising = 1.0 + ops.log(u + (1.0 - u) * ops.exp(-size)) / size
    return ops.clip(ops.where(logits > 0, rising, 1.0 - rising), 0.0, 1.0)


def _split(logits):
    """Say where the series holds, and give |l| with a harmless value there: `where` differentiates both branches."""
    small = ops.abs(logits) < SERIES_BELOW
    return small, ops.where(small, ops.square(logits), 0.0), ops.where(small, 1.0, ops.abs(logits))
