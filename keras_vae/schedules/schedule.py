"""The base of the schedules."""

from typing import Any

from keras import ops

from keras_vae.known import Known
from keras_vae.types import Tensor

known = Known("keras_vae.schedules")


class Schedule:
    """The base of the schedules: a subclass writes `value(step)`.

    A schedule is a pure function of the step in Keras ops, so that it can run inside a compiled training step.
    The unit of the step is the user's: `VAE(beta=schedule)` counts training steps, `BetaAnnealing` epochs or
    steps.
    """

    duration = 0.0  # the step from which on the value is constant

    def __call__(self, step: Tensor) -> Tensor:
        """Return beta at `step` (a number or a scalar tensor of at least 0), a float32 scalar tensor."""
        return self.value(ops.cast(step, "float32"))

    def value(self, step: Tensor) -> Tensor:
        """Return beta at a float32 step."""
        raise NotImplementedError(f"{type(self).__name__} must define `value`.")

    def __repr__(self) -> str:
        """Return the arguments."""
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.get_config().items())})"

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        raise NotImplementedError(f"{type(self).__name__} must define `get_config`.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Schedule":
        """Make the schedule from its config."""
        return cls(**config)


def first_value(value: Any) -> Any:
    """Return what a weight is before the first step: a schedule's value at 0, a number as it is."""
    return float(ops.convert_to_numpy(value(0))) if isinstance(value, Schedule) else value
