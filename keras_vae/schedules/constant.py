"""The constant schedule."""

from keras import ops

from keras_vae.arguments import at_least
from keras_vae.schedules.schedule import Schedule, known


@known("constant", package="keras_vae")
class Constant(Schedule):
    """beta = level at every step.

    Args:
        level: Float of at least 0. Default 1.0.

    Example:
    >>> keras_vae.schedules.Constant(4.0)(17)  # 4.0

    Reference: Higgins et al. 2017, "beta-VAE".
    """

    def __init__(self, level=1.0):
        self.level = float(at_least("level", level, 0.0))

    def value(self, step):
        """Return the level."""
        return ops.full_like(step, self.level)

    def get_config(self):
        """Return the constructor's arguments."""
        return {"level": self.level}
