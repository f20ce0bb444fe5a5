"""The sigmoid schedule."""

import math
from typing import Any

from keras import ops

from keras_vae.arguments import at_least
from keras_vae.schedules.ramp import Ramp
from keras_vae.schedules.schedule import known
from keras_vae.types import Tensor


@known("sigmoid", package="keras_vae")
class Sigmoid(Ramp):
    """beta rises along a logistic curve from `start` to `end` in `duration` steps.

    The curve is stretched so that it is exactly `start` at step 0 and `end` at `duration`.

    Args:
        duration: Float above 0, in the step's unit.
        start: Float of at least 0. Default 0.0.
        end: Float of at least 0. Default 1.0.
        steepness: Float above 0, how many units of the logistic curve the rise covers. Default 12.0.

    Example:
    >>> keras_vae.schedules.Sigmoid(duration=10)(5)  # 0.5

    Reference: Bowman et al. 2016, "Generating sentences from a continuous space", section 3.1 and figure 2.
    """

    def __init__(self, duration: float, start: float = 0.0, end: float = 1.0, steepness: float = 12.0):
        super().__init__(duration, start, end)
        self.steepness = float(at_least("steepness", steepness, 0.0, strict=True))

    def shape(self, progress: Tensor) -> Tensor:
        """Return the logistic curve between -steepness / 2 and steepness / 2, stretched to [0, 1]."""
        # sigmoid(x) = (1 + tanh(x / 2)) / 2, so the stretched curve is a ratio of two tanh.
        edge = math.tanh(self.steepness / 4.0)
        return 0.5 * (1.0 + ops.tanh(self.steepness * (progress - 0.5) / 2.0) / edge)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "steepness": self.steepness}
