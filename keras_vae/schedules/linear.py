"""The linear schedule."""

from keras_vae.schedules.ramp import Ramp
from keras_vae.schedules.schedule import known
from keras_vae.types import Tensor


@known("linear", package="keras_vae")
class Linear(Ramp):
    """beta rises in a straight line from `start` to `end` in `duration` steps, the usual warm-up.

    Args:
        duration: Float above 0, in the step's unit.
        start: Float of at least 0. Default 0.0.
        end: Float of at least 0. Default 1.0.

    Example:
    >>> keras_vae.schedules.Linear(duration=10)(5)  # 0.5

    Reference: Sønderby et al. 2016, "Ladder variational autoencoders", section 2.3.
    """

    def shape(self, progress: Tensor) -> Tensor:
        """Return the progress itself."""
        return progress
