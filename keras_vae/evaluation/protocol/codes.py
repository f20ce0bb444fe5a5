"""The codes of some data, and the law that they should follow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_vae.evaluation.statistics import gaussian
from keras_vae.priors import StandardNormal
from keras_vae.types import ArrayLike

NUM_PRIOR_CODES = 10_000


@dataclass(frozen=True)
class Codes:
    """The codes of n examples as vectors, and what their model knows of them.

    Args:
        points: Float array `(n, d)`, the code that stands for each example.
        log_var: Float array `(n, d)` where q(z|x) is N(points, diag(exp(log_var))), else None.
        not_defined: None, or why the scores that need such a posterior are not defined.
        kl: The mean of KL(q(z|x) || p(z)) in nats, or None for a model without a posterior.
        log_prior: Function from codes `(m, d)` to log p(z), or None for N(0, I).
        prior_codes: Float array `(m, d)`, draws from the prior, or None for N(0, I).
    """

    points: np.ndarray
    log_var: np.ndarray | None
    not_defined: str | None = None
    kl: float | None = None
    log_prior: Callable[[np.ndarray], ArrayLike] | None = None
    prior_codes: np.ndarray | None = None

    def prior(self) -> dict:
        """Return the arguments of the scores that take a prior."""
        return {"log_prior": self.log_prior, "prior_codes": self.prior_codes}

    def moments_of_prior(self) -> tuple[float | np.ndarray, float | np.ndarray]:
        """Return the prior's mean and variance in each dimension."""
        if self.prior_codes is None:
            return 0.0, 1.0
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
        return Codes(flat(model.codes(x, **given)), None, f"not defined for the model {type(model).__name__}")
    if not is_gaussian(model):
        reason = f"not defined for the posterior {type(model.posterior).__name__}"
        points, log_var = flat(model.codes(x, **given)), None
    else:
        reason, (points, log_var) = None, map(flat, model.encode(x, **given))
    kl = float(np.mean(model.kl(x, **given, seed=seed), dtype="float64"))
    if has_standard_normal_prior(model):
        return Codes(points, log_var, reason, kl)
    shape = np.shape(model.codes(x[:1], **condition(None if y is None else y[:1])))[1:]
    drawn = flat(model.sample_codes(NUM_PRIOR_CODES, seed=seed)) if hasattr(model, "sample_codes") else None
    return Codes(points, log_var, reason, kl, lambda z: model.log_prior(np.reshape(z, (-1, *shape))), drawn)


def condition(y: ArrayLike | None) -> dict:
    """Return y as the argument of a method; models without a condition need not take one."""
    return {} if y is None else {"y": y}


def is_gaussian(model: Any) -> bool:
    """Say whether the posteriors are the Gaussians of independent numbers that `encode` describes."""
    posterior = getattr(model, "posterior", None)
    return posterior is None or posterior.is_diagonal


def has_standard_normal_prior(model: Any) -> bool:
    """Say whether a model's prior is N(0, I)."""
    if hasattr(model, "prior"):
        return isinstance(model.prior, StandardNormal)
    return model.log_prior is gaussian.log_standard_normal


def flat(codes: ArrayLike) -> np.ndarray:
    """Return codes of any shape as float64 vectors, `(n, d)`."""
    codes = np.asarray(codes, "float64")
    return codes.reshape(len(codes), -1)
