"""The codes of some data, and the law that they should follow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_vae.arrays import Stream, matrices
from keras_vae.evaluation.statistics import gaussian
from keras_vae.priors import StandardNormal
from keras_vae.types import ArrayLike

NUM_PRIOR_CODES = 10_000
# Draws from each posterior whose moments are not known; of more examples than so many one is enough.
NUM_DRAWS = 10
MANY_EXAMPLES = 2000


@dataclass(frozen=True)
class Codes:
    """The codes of n examples as vectors, and what their model knows of them.

    Args:
        points: Float array `(n, d)`, the code that stands for each example.
        log_var: Float array `(n, d)` where q(z|x) is N(points, diag(exp(log_var))), else None.
        moments: The mean and the variance in each dimension of the aggregate posterior, float arrays `(d,)`, or None
            for a model without a posterior.
        not_defined: None, or why the scores that need such a posterior are not defined.
        kl: The mean of KL(q(z|x) || p(z)) in nats, or None for a model without a posterior.
        log_prior: Function from codes `(m, d)` to log p(z), or None for N(0, I).
        prior_codes: Float array `(m, d)`, draws from the prior, or None for N(0, I).
    """

    points: np.ndarray
    log_var: np.ndarray | None
    moments: tuple[np.ndarray, np.ndarray] | None
    not_defined: str | None = None
    kl: float | None = None
    log_prior: Callable[[np.ndarray], ArrayLike] | None = None
    prior_codes: np.ndarray | None = None

    def prior(self) -> dict:
        """Return the arguments of the scores that take a prior."""
        return {"log_prior": self.log_prior, "prior_codes": self.prior_codes}

    def moments_of_prior(self) -> tuple[float | np.ndarray, float | np.ndarray] | None:
        """Return the prior's mean and variance in each dimension, or None where nothing can be drawn from it."""
        if self.log_prior is None:
            return 0.0, 1.0
        if self.prior_codes is None:
            return None
        return self.prior_codes.mean(axis=0), self.prior_codes.var(axis=0)


def codes_of(model: Any, x: ArrayLike, y: ArrayLike | None = None, seed: int | None = 0) -> Codes:
    """Return the codes of data.

    Args:
        model: A `Model` with `encode`, or with `codes` alone.
        x: Array of shape `(n, ...)`.
        y: Array of n conditions, or None. Default None.
        seed: Int or None, of what is drawn. Default 0.
    """
    given = condition(y)
    if not hasattr(model, "encode"):
        return Codes(flat(model.codes(x, **given)), None, None, f"not defined for the model {type(model).__name__}")
    reason, log_var = None, None
    if has_moments(model):
        mean, log_var = model.encode(x, **given)
        shape = np.shape(mean)[1:]
        points, log_var = matrices.posterior(mean, log_var)
        # Var(E[z|x]) + E[Var(z|x)]
        moments = points.mean(axis=0), points.var(axis=0) + np.exp(log_var).mean(axis=0)
    else:
        codes = model.codes(x, **given)
        shape = np.shape(codes)[1:]
        points, moments = flat(codes), _moments_of_draws(model, x, given, seed)
    if not is_gaussian(model):
        reason, log_var = f"not defined for the posterior {type(model.posterior).__name__}", None
    kl = float(np.mean(model.kl(x, **given, seed=seed), dtype="float64"))
    if has_standard_normal_prior(model):
        return Codes(points, log_var, moments, reason, kl)
    drawn = flat(model.sample_codes(NUM_PRIOR_CODES, seed=seed)) if hasattr(model, "sample_codes") else None
    return Codes(points, log_var, moments, reason, kl, lambda z: model.log_prior(np.reshape(z, (-1, *shape))), drawn)


def condition(y: ArrayLike | None) -> dict:
    """Return y as the argument of a method; models without a condition need not take one."""
    return {} if y is None else {"y": y}


def takes_condition(model: Any) -> bool:
    """Say whether a model is one of x given y."""
    return getattr(model, "takes_condition", False)


def is_gaussian(model: Any) -> bool:
    """Say whether the posteriors are the Gaussians of independent numbers that `encode` describes."""
    posterior = getattr(model, "posterior", None)
    return posterior is None or posterior.is_diagonal


def has_moments(model: Any) -> bool:
    """Say whether `encode` knows the mean and the variance of the posteriors, Gaussians or not."""
    posterior = getattr(model, "posterior", None)
    return posterior is None or posterior.has_moments


def has_standard_normal_prior(model: Any) -> bool:
    """Say whether a model's prior is N(0, I)."""
    if hasattr(model, "prior"):
        return isinstance(model.prior, StandardNormal)
    return model.log_prior is gaussian.log_standard_normal


def _moments_of_draws(model, x, given, seed):
    """Return the mean and the variance of the aggregate posterior in each dimension, by draws from it."""
    num_draws = 1 if len(x) > MANY_EXAMPLES else NUM_DRAWS
    seeds = [None if seed is None else Stream(seed, draw).seed() for draw in range(num_draws)]
    z = np.concatenate([flat(model.sample_posterior(x, **given, seed=own)[0]) for own in seeds])
    return z.mean(axis=0), z.var(axis=0)


def flat(codes: ArrayLike) -> np.ndarray:
    """Return codes of any shape as float64 vectors, `(n, d)`."""
    codes = np.asarray(codes, "float64")
    return codes.reshape(len(codes), -1)
