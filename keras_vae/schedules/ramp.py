"""The base of the schedules that rise once."""

from typing import Any

from keras import ops

from keras_vae.arguments import at_least
from keras_vae.schedules.schedule import Schedule
from keras_vae.types import Tensor


class Ramp(Schedule):
    """A schedule that goes from `start` to `end` in `duration` steps and stays there; a subclass writes `shape`.

    Args:
        duration: Float above 0, how long beta moves, in the step's unit.
        start: Float of at least 0, beta at step 0. Default 0.0.
        end: Float of at least 0, beta from `duration` on. Default 1.0.
    """

    def __init__(self, duration: float, start: float = 0.0, end: float = 1.0):
        self.duration = float(at_least("duration", duration, 0.0, strict=True))
        self.start = float(at_least("start", start, 0.0))
        self.end = float(at_least("end", end, 0.0))

    def shape(self, progress: Tensor) -> Tensor:
        """Return the share of the way that is done, 0 at progress 0 and 1 at progress 1."""
        raise NotImplementedError(f"{type(self).__name__} must define `shape`.")

    def value(self, step: Tensor) -> Tensor:
        """Return beta on the way from `start` to `end`."""
        progress = ops.clip(step / self.duration, 0.0, 1.0)
        return self.start + (self.end - self.start) * self.shape(progress)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"duration": self.duration, "start": self.start, "end": self.end}
