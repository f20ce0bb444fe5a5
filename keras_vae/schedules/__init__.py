"""Schedules of a weight over the steps: one class a file."""

from typing import Any

from keras_vae.schedules.constant import Constant
from keras_vae.schedules.cosine import Cosine
from keras_vae.schedules.cyclical import Cyclical
from keras_vae.schedules.linear import Linear
from keras_vae.schedules.schedule import Schedule, known
from keras_vae.schedules.sigmoid import Sigmoid


def get(identifier: Any, **arguments: Any) -> Schedule:
    """Return a schedule: an instance as it is, or the one that a name stands for, made with `arguments`.

    Example:
    >>> keras_vae.schedules.get("linear", duration=10, end=4.0)
    """
    if isinstance(identifier, Schedule):
        return identifier
    return known.named("schedule", identifier)(**arguments)


__all__ = ["Constant", "Cosine", "Cyclical", "Linear", "Schedule", "Sigmoid", "get"]
