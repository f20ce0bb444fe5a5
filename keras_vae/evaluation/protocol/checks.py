"""The checks of models and functions that scores take."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_vae.arguments import able, function_or_none
from keras_vae.evaluation.protocol.codes import has_moments, takes_condition
from keras_vae.evaluation.statistics import gaussian
from keras_vae.rows import as_rows


def model(name: str, value: Any, *needed: str) -> Any:
    """Return `value` if it has the methods that a score needs of a model; raise a ValueError otherwise."""
    expected = (
        "a model with a posterior and a probability of data: a keras_vae.VAE, or an evaluation.ArrayModel made of "
        "functions over arrays"
    )
    return able(name, value, needed, expected)


def annealed(name: str, value: Any, *needed: str) -> Any:
    """Return `value` if chains can be annealed from its posteriors; raise a ValueError otherwise."""
    model(name, value, *needed)
    if takes_condition(value):
        raise ValueError(
            f"`{name}` must be a model of x: a conditional model is measured at one condition, vae.given(y). Received: "
            f"{name} of type {type(value).__name__}"
        )
    if not has_moments(value):
        raise ValueError(
            f"`{name}` must have a posterior with moments, which the chains begin with: evaluation.marginal_likelihood "
            f"takes any. Received: {name} with the posterior {type(value.posterior).__name__}"
        )
    return value


def vae(name: str, value: Any, *needed: str) -> Any:
    """Return `value` if it has what is needed of a VAE; raise a ValueError otherwise."""
    return able(name, value, needed, "a keras_vae.VAE")


def function(name: str, value: Any) -> Callable:
    """Return `value` if it is a function; raise a ValueError otherwise."""
    if value is None:
        raise ValueError(f"`{name}` must be a function. Received: {name}=None")
    return function_or_none(name, value)


def log_prior(value: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function log p(z), the standard normal's for None, with a check of what a user's one returns."""
    if function_or_none("log_prior", value) is None:
        return gaussian.log_standard_normal

    def checked(z):
        values = np.asarray(as_rows("log_prior(z)", value(z)), "float64")
        if values.shape != (len(z),) or np.any(np.isnan(values)):
            raise ValueError(
                f"`log_prior` must return log p(z) of each row of z, ({len(z)},). Received: shape {values.shape}"
                + (" with NaN" if np.any(np.isnan(values)) else "")
            )
        return values

    return checked
