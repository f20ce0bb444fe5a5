"""The weights that a model moves along schedules, and the compiled steps that move them."""

from collections.abc import Callable
from typing import Any

import keras

from keras_vae.training.mixin import Mixin
from keras_vae.training.scheduled_weight import ScheduledWeight

# A compiled step takes a second and some MB: a few of them are kept.
KEPT = 4


class Scheduling(Mixin):
    """The scheduled weights of a model by their names, each moved inside the compiled training step and logged.

    A `fit` may attach schedules of its own. The compiled step is kept for the next `fit` that attaches the same.
    """

    scheduled: dict[str, ScheduledWeight]
    compiled_steps: dict[tuple, Any]
    train_function: Any

    def schedule_weight(self, name: str, variable: keras.Variable, schedule: Callable | None = None) -> None:
        """Make a weight of the loss known, in the constructor: it is logged, and a schedule may move it.

        Args:
            name: Text, its name in the logs.
            variable: Scalar float `keras.Variable`, a weight of the model or one of its layers.
            schedule: None, or function of the step in Keras operations, such as a `keras_vae.schedules.Schedule`.
        """
        self.scheduled[name] = ScheduledWeight(name, variable, schedule)

    def attach_schedule(self, schedule: Callable, name: str, offset: int = 0, scale: float | None = 1) -> None:
        """Let a weight follow `schedule((step + offset) / scale)` until the present `fit` ends.

        It takes the place of the model's own schedule. A `fit` that attaches the same schedule with the same scale,
        at whatever offset, compiles nothing anew.

        Args:
            schedule: Function of a float32 scalar tensor in Keras operations, such as a
                `keras_vae.schedules.Schedule`.
            name: Text, the weight's name in the logs, such as "beta".
            offset: Int. Default 0.
            scale: Number above 0, or None: the weight is held at `schedule(offset)`. Default 1.

        Raises:
            ValueError: If the model has no scheduled weight of the name.

        Example:
        >>> vae.attach_schedule(keras_vae.schedules.Linear(100), "beta", offset=-int(vae.step))
        """
        if name not in self.scheduled:
            raise ValueError(f"`name` must be one of the model's weights {list(self.scheduled)}. Received: {name!r}")
        self.scheduled[name].attach(schedule, offset, scale)
        self.make_train_function()

    def detach_schedules(self) -> None:
        """Go back to the model's own schedules."""
        for weight in self.scheduled.values():
            weight.detach()
        self.train_function = self.compiled_steps.get(self._steps_key())

    def make_train_function(self, force: bool = False) -> None:
        """Compile the training step, or take it from those that are kept; `force` compiles it anew."""
        if force or self.train_function is None:
            self.compiled_steps.clear()
        key = self._steps_key()
        if key not in self.compiled_steps:
            super().make_train_function(force=True)
            self.compiled_steps[key] = self.train_function
        self.train_function = self.compiled_steps[key] = self.compiled_steps.pop(key)  # the latest comes last
        while len(self.compiled_steps) > KEPT:
            del self.compiled_steps[next(iter(self.compiled_steps))]

    def _steps_key(self):
        return tuple(weight.compiled_as for weight in self.scheduled.values())
