"""The Bernoulli distribution given by its logits, element by element, in nats."""

import keras
from keras import ops

from keras_vae.types import Seed, Tensor


def logits(p: Tensor) -> Tensor:
    """Return log p - log(1 - p) of probabilities, which are kept 1e-7 from 0 and 1: there is no gradient beyond."""
    p = ops.clip(p, 1e-7, 1.0 - 1e-7)
    return ops.log(p) - ops.log1p(-p)


def log_prob(x: Tensor, logits: Tensor) -> Tensor:
    """Return x log p + (1 - x) log(1 - p), p = sigmoid(logits); x in [0, 1] may be grey, not only 0 or 1."""
    return x * logits - ops.softplus(logits)


def mean(logits: Tensor) -> Tensor:
    """Return p = sigmoid(logits)."""
    return ops.sigmoid(logits)


def sample(logits: Tensor, seed: Seed) -> Tensor:
    """Draw 0 or 1 with probability sigmoid(logits) of a 1."""
    uniform = keras.random.uniform(ops.shape(logits), dtype=logits.dtype, seed=seed)
    return ops.cast(uniform < ops.sigmoid(logits), logits.dtype)
