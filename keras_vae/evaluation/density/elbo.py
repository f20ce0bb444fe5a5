"""The evidence lower bound with its parts."""

from typing import Any

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.evaluation.protocol import checks
from keras_vae.evaluation.protocol.codes import condition
from keras_vae.evaluation.statistics.estimate import mean_with_error
from keras_vae.types import ArrayLike


def elbo(
    model: Any,
    x: ArrayLike,
    num_samples: int = 1,
    batch_size: int = 256,
    y: ArrayLike | None = None,
    seed: int | None = 0,
) -> dict:
    """Measure the ELBO and its two parts, E_q[log p(x|z)] - KL(q(z|x) || p(z)), over a whole split.

    Args:
        model: `keras_vae.VAE` or `ArrayModel`.
        x: Array of shape `(n, ...)`.
        num_samples: Int of at least 1, draws of z for each example. Default 1.
        batch_size: Int of at least 1, rows at a time. Default 256.
        y: Array of n conditions of a conditional model, or None. Default None.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `elbo`, `reconstruction_loss` (minus the expected log-likelihood) and `kl_loss`, in nats per example,
        each with its standard error over the examples (`..._standard_error`); `num_examples`, `num_samples`, `seed`.

    Raises:
        ValueError: If x has the wrong shape or no rows, or an argument is out of its range.

    Example:
    >>> keras_vae.evaluation.elbo(vae, x_test, num_samples=10, seed=0)["elbo"]

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", equation 10.
    """
    checks.model("model", model, "elbo_parts")
    num_samples = whole_number("num_samples", num_samples)
    parts = model.elbo_parts(x, **condition(y), num_samples=num_samples, seed=seed, batch_size=batch_size)
    log_likelihood, kl = (np.asarray(part, "float64") for part in parts)
    return {
        **mean_with_error("elbo", log_likelihood - kl),
        **mean_with_error("reconstruction_loss", -log_likelihood),
        **mean_with_error("kl_loss", kl),
        "num_examples": len(kl),
        "num_samples": num_samples,
        "seed": seed,
    }
