"""A conditional model at one condition."""

import functools
import inspect
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from keras_vae.arguments import shown, whole_number

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
TAKES_BATCHES = (
    "adapt",
    "evaluate",
    "fit",
    "predict",
    "predict_on_batch",
    "test_on_batch",
    "train_on_batch",
)


class Given:
    """A conditional model with one condition for all examples: a model of x, which evaluation can measure.

    It has the methods of arrays of the model, without their `y`. `ConditionalVAE.given(y)` makes it.

    Args:
        model: A `keras_vae.ConditionalVAE`.
        y: One condition, a label or the attributes of one example.
    """

    takes_condition = False

    def __init__(self, model: "ConditionalVAE", y: Any):
        self.model, self.y = model, np.asarray(y)

    def __repr__(self) -> str:
        """Return the model's class and the condition."""
        return f"Given({type(self.model).__name__}, y={shown(self.y.tolist())})"

    def __getattr__(self, name: str) -> Any:
        """Return what the model has under a name, a method of arrays with the condition given."""
        if name in ("model", "y"):  # of a copy that is not made yet
            raise AttributeError(name)
        value = getattr(self.model, name)
        if name in TAKES_BATCHES:
            return functools.partial(self._refuse, name)
        if name not in TAKES_CONDITION:
            return value
        signature = inspect.signature(value)
        without_y = [parameter for key, parameter in signature.parameters.items() if key != "y"]
        signature = signature.replace(parameters=without_y)

        @functools.wraps(value)
        def given(*args, **kwargs):
            if "y" in kwargs:
                raise ValueError(
                    f"`y` must be left out: it is given already. Received: y={shown(kwargs['y'])} in {self}"
                )
            arguments = signature.bind(*args, **kwargs).arguments
            first = next(iter(arguments.values()))
            self.model.require_built()
            return value(**arguments, y=self._condition(name, first))

        return given

    def _condition(self, name: str, first: Any) -> np.ndarray:
        """Return the condition for a method whose first argument is an array of rows, one example, or a number."""
        if name in ("sample", "simulate"):
            return np.repeat(self.y[None], whole_number("n", first), axis=0)
        if name in ("interpolate", "traverse") and np.ndim(first) == len(self.model.event_shape):
            return self.y
        return np.repeat(self.y[None], len(first) if np.ndim(first) else 1, axis=0)

    def _refuse(self, name: str, *args: Any, **kwargs: Any) -> NoReturn:
        raise ValueError(
            f"`{name}` must be called on the {type(self.model).__name__} itself, with its y: a model at one condition "
            f"is neither trained nor predicted with. Received: a call on {self}"
        )
