"""A weight that follows a function of the training step."""

from collections.abc import Callable

import keras
from keras import ops

from keras_vae.types import Tensor


class ScheduledWeight:
    """A scalar variable of a model, such as beta, and the schedules that move it inside the compiled step.

    Args:
        name: Text, its name in the logs.
        variable: Scalar float `keras.Variable`.
        schedule: None, or function from an int32 step to the variable's value: the model's own schedule.
    """

    attached: Callable | None
    scale: float | None
    compiled_as: tuple | None

    def __init__(self, name: str, variable: keras.Variable, schedule: Callable | None = None):
        self.variable = variable
        self.schedule = schedule
        # What changes from one `fit` to the next is a number that the compiled step reads, not a part of the step.
        self.offset = keras.Variable(0, dtype="int32", trainable=False, name=f"{name}_offset")
        self.detach()

    def attach(self, schedule: Callable, offset: int, scale: float | None) -> None:
        """Let the variable follow `schedule((step + offset) / scale)`; without scale hold it at `schedule(offset)`."""
        self.attached, self.scale = schedule, scale
        self.offset.assign(offset)
        self.compiled_as = (_insides(schedule), scale)

    def detach(self) -> None:
        """Let the variable follow the model's own schedule."""
        self.attached, self.scale = None, None
        self.compiled_as = None  # equal for two compiled steps that move the variable alike, whatever the offset

    def move(self, step: Tensor) -> None:
        """Give the variable its value at a step, an int32 scalar tensor."""
        if self.attached is not None:
            position = ops.convert_to_tensor(self.offset)
            if self.scale is not None:
                # Whole numbers until the division: a resumed training must meet the same value to the last bit.
                position = ops.cast(step + position, "float32") / self.scale
            self.variable.assign(self.attached(ops.cast(position, "float32")))
        elif self.schedule is not None:
            self.variable.assign(self.schedule(step))


def _insides(schedule):
    """Return what two schedules have in common that are one function of the step; of others nothing is known."""
    state = getattr(schedule, "__dict__", {})
    if hasattr(schedule, "get_config") and all(isinstance(v, (int, float, str)) for v in state.values()):
        return type(schedule), tuple(sorted(state.items()))
    return object()
