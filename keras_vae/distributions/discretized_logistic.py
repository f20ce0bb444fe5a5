"""The logistic distribution rounded to the grid 0, 1 / (levels - 1), ..., 1, with the tails in its two ends, in nats.

Reference: Kingma et al. 2016, "Improved variational inference with inverse autoregressive flow", appendix C.
"""

import keras
from keras import ops

from keras_vae.types import Seed, Tensor


def log_prob(x: Tensor, location: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """Return log(F(x + h) - F(x - h)), h half a step of the grid, F the logistic distribution function."""
    half_step = 0.5 / (levels - 1)
    precision = ops.exp(-log_scale)
    upper = (x + half_step - location) * precision
    lower = (x - half_step - location) * precision
    below_upper = -ops.softplus(-upper)
    above_lower = -ops.softplus(lower)
    # sigmoid(b) - sigmoid(a) = sigmoid(b) sigmoid(-a) (1 - exp(a - b)): no cancellation, however far the tail.
    between = below_upper + above_lower + ops.log(-ops.expm1(-2.0 * half_step * precision))
    return ops.where(x < half_step, below_upper, ops.where(x > 1.0 - half_step, above_lower, between))


def mean(location: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """Return the exact mean of the rounded variable, the sum over the grid's steps of P(x above the step)."""
    precision = ops.exp(-log_scale) + ops.zeros_like(location)

    def add_step(k, total):
        edge = (ops.cast(k, location.dtype) + 0.5) / (levels - 1)
        return total + ops.sigmoid((location - edge) * precision)

    return ops.fori_loop(0, levels - 1, add_step, ops.zeros_like(location)) / (levels - 1)


def sample(location: Tensor, log_scale: Tensor, levels: int, seed: Seed) -> Tensor:
    """Draw a logistic variable and round it to the grid."""
    u = keras.random.uniform(ops.shape(location), minval=1e-7, maxval=1.0, dtype=location.dtype, seed=seed)
    u = ops.minimum(u, 1.0 - 2.0**-24)
    x = location + ops.exp(log_scale) * (ops.log(u) - ops.log1p(-u))
    return ops.round(ops.clip(x, 0.0, 1.0) * (levels - 1)) / (levels - 1)
