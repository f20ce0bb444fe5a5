"""The cyclical schedule."""

from typing import Any

from keras import ops

from keras_vae.arguments import at_least, whole_number
from keras_vae.schedules.ramp import Ramp
from keras_vae.schedules.schedule import known
from keras_vae.types import Tensor


@known("cyclical", package="keras_vae")
class Cyclical(Ramp):
    """beta rises from `start` to `end` again and again: `cycles` times in `duration` steps, then it stays at `end`.

    Args:
        duration: Float above 0, the length of all the cycles together, in the step's unit.
        start: Float of at least 0. Default 0.0.
        end: Float of at least 0. Default 1.0.
        cycles: Int of at least 1. Default 4.
        rise: Float above 0 and at most 1, the share of a cycle in which beta rises; in the rest it stays at `end`.
            Default 0.5.

    Example:
    >>> keras_vae.schedules.Cyclical(duration=40)(12)  # 0.4: the second cycle's second step of five

    Reference: Fu et al. 2019, "Cyclical annealing schedule", equations 6 and 7.
    """

    def __init__(self, duration: float, start: float = 0.0, end: float = 1.0, cycles: int = 4, rise: float = 0.5):
        super().__init__(duration, start, end)
        self.cycles = whole_number("cycles", cycles)
        self.rise = float(at_least("rise", rise, 0.0, strict=True))
        if self.rise > 1.0:
            raise ValueError(f"`rise` must be a share above 0 and at most 1. Received: rise={rise!r}")

    def shape(self, progress: Tensor) -> Tensor:
        """Return the way done in the present cycle; 1 after the last."""
        turns = self.cycles * progress
        within = turns - ops.floor(turns)
        return ops.where(progress < 1.0, ops.minimum(within / self.rise, 1.0), 1.0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "cycles": self.cycles, "rise": self.rise}
