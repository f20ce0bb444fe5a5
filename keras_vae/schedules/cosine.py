"""The cosine schedule."""

import math

from keras import ops

from keras_vae.schedules.ramp import Ramp
from keras_vae.schedules.schedule import known
from keras_vae.types import Tensor


@known("cosine", package="keras_vae")
class Cosine(Ramp):
    """beta rises along half a cosine from `start` to `end` in `duration` steps.

    Args:
        duration: Float above 0, in the step's unit.
        start: Float of at least 0. Default 0.0.
        end: Float of at least 0. Default 1.0.

    Example:
    >>> keras_vae.schedules.Cosine(duration=10)(5)  # 0.5

    Reference: Loshchilov and Hutter 2017, "SGDR", equation 5, upside down.
    """

    def shape(self, progress: Tensor) -> Tensor:
        """Return (1 - cos(pi p)) / 2."""
        return 0.5 * (1.0 - ops.cos(math.pi * progress))
