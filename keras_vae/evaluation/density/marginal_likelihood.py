"""The marginal likelihood log p(x), by importance sampling from the encoder's posterior."""

import math
from typing import Any

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import Stream, fixed_size, matrices, memory
from keras_vae.evaluation.protocol import checks
from keras_vae.evaluation.protocol.codes import condition
from keras_vae.evaluation.statistics.estimate import mean_with_error
from keras_vae.evaluation.statistics.log_weights import effective_sample_size, log_sum_exp
from keras_vae.progress import progress, verbosity
from keras_vae.types import ArrayLike

NUM_BLOCKS = 10


def marginal_likelihood(
    model: Any,
    x: ArrayLike,
    num_samples: int = 5000,
    batch_size: int = 4096,
    y: ArrayLike | None = None,
    seed: int | None = 0,
    verbose: int = 1,
) -> dict:
    """Estimate log p(x) from below by the importance-weighted bound L_k, k = num_samples.

    Args:
        model: `keras_vae.VAE` or `ArrayModel`.
        x: Array of shape `(n, ...)`.
        num_samples: Int of at least 1, draws of z for each example. Default 5000, the field's protocol.
        batch_size: Int of at least 1, how many codes are decoded at once: the memory is `batch_size` examples of
            data, times a few, whatever n and `num_samples` are. With one seed, other sizes make other draws. Default
            4096.
        y: Array of n conditions of a conditional model, or None. Default None.
        seed: Int, or None, which draws anew at each call. Default 0.
        verbose: 0 is silent; 1 shows a progress bar after three seconds. Default 1.

    Returns:
        Dict: `marginal_likelihood`, the mean L_k in nats per example, with its standard error over the examples
        (`marginal_likelihood_standard_error`) and the part of it that the draws of z cause (`monte_carlo_error`, a
        jackknife's over blocks of draws, right for small effective sizes too; NaN for one draw);
        `effective_sample_size`, the mean over the examples, between 1 and `num_samples`, and its smallest; the
        protocol: `num_examples`, `num_samples`, `seed`. A small effective size says that L_k is far below log p(x).

    Raises:
        ValueError: If x has the wrong shape or no rows, an argument is out of its range, or the model gives NaN.

    Example:
    >>> keras_vae.evaluation.marginal_likelihood(vae, x_test, num_samples=50, seed=0)["marginal_likelihood"]

    Reference: Burda et al. 2016, "Importance weighted autoencoders", equation 8.
    """
    num_samples = whole_number("num_samples", num_samples)
    log_sums, size = _importance_sampling(model, x, num_samples, batch_size, y, seed, verbose)
    return {
        **mean_with_error("marginal_likelihood", np.logaddexp.reduce(log_sums, axis=1) - math.log(num_samples)),
        "monte_carlo_error": float(np.sqrt(_variance(log_sums, num_samples).sum()) / len(size)),
        "effective_sample_size": float(size.mean()),
        "smallest_effective_sample_size": float(size.min()),
        "num_examples": len(size),
        "num_samples": num_samples,
        "seed": seed,
    }


def log_marginal_likelihood(
    model: Any,
    x: ArrayLike,
    num_samples: int = 5000,
    batch_size: int = 4096,
    y: ArrayLike | None = None,
    seed: int | None = 0,
    verbose: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bound L_k = log(1/k sum_k p(x, z_k) / q(z_k|x)) of each example, and its effective sample size.

    Args:
        model: As for `marginal_likelihood`.
        x: As for `marginal_likelihood`.
        num_samples: As for `marginal_likelihood`.
        batch_size: As for `marginal_likelihood`.
        y: As for `marginal_likelihood`.
        seed: As for `marginal_likelihood`.
        verbose: As for `marginal_likelihood`.

    Returns:
        Float64 arrays of shape `(n,)`: L_k in nats, and (sum w)^2 / sum w^2.

    Raises:
        ValueError: As for `marginal_likelihood`.

    Example:
    >>> log_p, size = keras_vae.evaluation.log_marginal_likelihood(vae, x_test, num_samples=50)
    """
    num_samples = whole_number("num_samples", num_samples)
    log_sums, size = _importance_sampling(model, x, num_samples, batch_size, y, seed, verbose)
    return np.logaddexp.reduce(log_sums, axis=1) - math.log(num_samples), size


def _importance_sampling(model, x, num_samples, batch_size, y, seed, verbose):
    """Return the log of the sum of the weights in each block of draws, `(n, blocks)`, and the effective sample size.

    The draws go to the blocks in turn.
    """
    batch_size = whole_number("batch_size", batch_size)
    checks.model("model", model, "log_weights")
    x, verbose = matrices.data("x", x), verbosity(verbose)
    n, y = len(x), None if y is None else matrices.data("y", y)
    if hasattr(model, "check_values"):  # a VAE would name the rows of a part only
        for start in range(0, n, batch_size):
            model.check_values("x", x[start : start + batch_size], x)
    # Either several parts of the draws of one example at a time, or all the draws of several examples.
    calls = math.ceil(num_samples / batch_size)
    draws = math.ceil(num_samples / calls)
    rows = min(fixed_size(n), max(1, batch_size // draws))
    memory.require("batch_size", batch_size, 4 * rows * draws * math.prod(x.shape[1:]))
    num_blocks = min(NUM_BLOCKS, num_samples)
    log_sums, log_sum_of_squares = np.full((n, num_blocks), -np.inf), np.full(n, -np.inf)
    for start in progress(range(0, n, rows), f"importance sampling, {num_samples} draws an example", verbose):
        part = slice(start, min(start + rows, n))
        for call in range(calls):
            wanted = min(draws, num_samples - call * draws)
            own_seed = None if seed is None else Stream(seed, start, call).seed()
            given = condition(None if y is None else y[part])
            log_weights = model.log_weights(x[part], draws, rows=rows, **given, seed=own_seed)
            log_weights = log_weights[:, :wanted].astype("float64")
            _require_numbers(log_weights, start)
            of_blocks = _log_sum_of_blocks(log_weights, call * draws, num_blocks)
            log_sums[part] = np.logaddexp(log_sums[part], of_blocks)
            log_sum_of_squares[part] = np.logaddexp(log_sum_of_squares[part], log_sum_exp(2.0 * log_weights))
    return log_sums, effective_sample_size(np.logaddexp.reduce(log_sums, axis=1), log_sum_of_squares)


def _log_sum_of_blocks(log_weights, first_draw, num_blocks):
    largest = log_weights.max(axis=1, keepdims=True)
    weights = np.exp(log_weights - largest)
    sums = [weights[:, (block - first_draw) % num_blocks :: num_blocks].sum(axis=1) for block in range(num_blocks)]
    with np.errstate(divide="ignore"):  # a block without a draw, or of weights of 0
        return largest + np.log(np.stack(sums, axis=1))


def _variance(log_sums, num_samples):
    """Return the variance of each example's L_k over the draws, by the jackknife over the blocks.

    The first order, var(w) / (k mean(w)^2) = 1 / effective size - 1 / k, is a half or a quarter of it where few draws
    hold all the weight.
    """
    num_blocks = log_sums.shape[1]
    if num_blocks < 2:
        return np.full(len(log_sums), np.nan)
    sizes = np.bincount(np.arange(num_samples) % num_blocks)
    without = [
        np.logaddexp.reduce(np.delete(log_sums, block, axis=1), axis=1) - math.log(num_samples - sizes[block])
        for block in range(num_blocks)
    ]
    return (num_blocks - 1.0) * np.var(without, axis=0)


def _require_numbers(log_weights, start):
    bad = np.flatnonzero(~(log_weights < np.inf).all(axis=1) | (log_weights == -np.inf).all(axis=1))
    if len(bad):
        raise ValueError(
            f"`model` must give finite log-weights log p(x, z) - log q(z|x). Received: NaN or infinity for row "
            f"{start + int(bad[0])} of x: it lies outside the likelihood's support, or the model has diverged"
        )
