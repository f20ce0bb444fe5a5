"""The normal distribution N(mean, exp(log_var)), element by element, in nats."""

import math

from keras import ops

from keras_vae.batch import replicas
from keras_vae.types import Seed, Tensor

LOG_2_PI = math.log(2.0 * math.pi)
# exp(20) is a standard deviation of 22,026. Beyond it the exponential goes on as its tangent, so that a log-variance
# of 1e4, which an untrained encoder can give, still has a finite loss and a gradient that points back.
MAX_LOG_VAR = 20.0


def log_prob(x: Tensor, mean: Tensor, log_var: Tensor) -> Tensor:
    """Return log N(x; mean, exp(log_var)), of the shape of the broadcast arguments."""
    return -0.5 * (LOG_2_PI + log_var + ops.square(x - mean) * ops.exp(-log_var))


def sample(mean: Tensor, log_var: Tensor, seed: Seed) -> Tensor:
    """Draw z = mean + sigma * epsilon, epsilon ~ N(0, 1): the reparameterization trick.

    Args:
        mean: Tensor of any shape.
        log_var: Tensor of the same shape, the natural log of the variance.
        seed: `keras.random.SeedGenerator` or int.

    Returns:
        Tensor of the same shape, differentiable in `mean` and `log_var`.

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", section 2.4.
    """
    epsilon = replicas.standard_normal(ops.shape(mean), mean.dtype, seed)
    return mean + ops.exp(0.5 * ops.minimum(log_var, MAX_LOG_VAR)) * epsilon


def kl(mean: Tensor, log_var: Tensor, prior_mean: Tensor = 0.0, prior_log_var: Tensor = 0.0) -> Tensor:
    """Return KL(N(mean, exp(log_var)) || N(prior_mean, exp(prior_log_var))), by default to N(0, 1), per element.

    Reference: Kingma and Welling 2014, appendix B.
    """
    log_ratio = log_var - prior_log_var
    return 0.5 * (_expm1(log_ratio) - log_ratio + ops.square(mean - prior_mean) * ops.exp(-prior_log_var))


def _expm1(x):
    # expm1 and not exp(x) - 1: near log_var = 0 the KL is the small difference of two numbers near 1.
    # relu and not x - minimum(x): its gradient is 0 below, where exp(20) - exp(20) would drown the other term's.
    return ops.expm1(ops.minimum(x, MAX_LOG_VAR)) + math.exp(MAX_LOG_VAR) * ops.relu(x - MAX_LOG_VAR)
