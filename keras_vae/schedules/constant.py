"""The constant schedule."""

from typing import Any

from keras import ops

from keras_vae.arguments import at_least
from keras_vae.schedules.schedule import Schedule, known
from keras_vae.types import Tensor


@known("constant", package="keras_vae")
class Constant(Schedule):
    """beta = level at every step.

    Args:
        level: Float of at least 0. Default 1.0.

    Example:
    >>> keras_vae.schedules.Constant(4.0)(17)  # 4.0

    Reference: Higgins et al. 2017, "beta-VAE".
    """

    def __init__(self, level: float = 1.0):
        self.level = float(at_least("level", level, 0.0))

    def value(self, step: Tensor) -> Tensor:
        """Return the level."""
        return ops.full_like(step, self.level)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"level": self.level}
