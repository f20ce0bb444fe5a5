"""A conditional model at one condition."""

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from keras_vae.models.conditional_vae import ConditionalVAE

TAKES_CONDITION = (
    "codes",
    "decode",
    "elbo",
    "elbo_parts",
    "encode",
    "interpolate",
    "kl",
    "log_joint_and_gradient",
    "log_weights",
    "reconstruct",
    "sample",
    "sample_posterior",
    "simulate",
    "traverse",
)


class Given:
    """A conditional model with one condition for all examples: a model of x, which evaluation can measure.

    It has the methods of arrays of the model, without their `y`. `ConditionalVAE.given(y)` makes it.

    Args:
        model: A `keras_vae.ConditionalVAE`.
        y: One condition, a label or the attributes of one example.
    """

    def __init__(self, model: "ConditionalVAE", y: Any):
        self.model, self.y = model, np.asarray(y)

    def __getattr__(self, name: str) -> Any:
        """Return what the model has under a name, a method of arrays with the condition given."""
        if name in ("model", "y"):  # of a copy that is not made yet
            raise AttributeError(name)
        value = getattr(self.model, name)
        if name not in TAKES_CONDITION:
            return value

        @functools.wraps(value)
        def given(first, *args, **kwargs):
            single = name in ("interpolate", "traverse") and np.ndim(first) == len(self.model.event_shape)
            n = first if name in ("sample", "simulate") else len(first)
            y = self.y if single else np.repeat(self.y[None], n, axis=0)
            return value(first, *args, y=y, **kwargs)

        return given
