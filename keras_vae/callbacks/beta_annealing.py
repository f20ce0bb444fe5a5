"""Beta annealing, in epochs or in steps."""

import warnings
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import one_of
from keras_vae.schedules import Schedule


class BetaAnnealing(keras.callbacks.Callback):
    """Moves beta along a schedule during one call of `fit`, at every step, inside the compiled step.

    With `unit="epoch"` the schedule's step is the epoch as Keras counts it, with fractions within it: 0 at the
    first step of epoch 0, 1 at the first of epoch 1. It is right after a resume (`initial_epoch`,
    `BackupAndRestore`), with `steps_per_execution`, and starts anew in a second `fit`. After `fit` beta stays where
    it is. It takes the place of a schedule given as `VAE(beta=schedule)` for this `fit`.

    When the number of batches is unknown (a generator), an epoch's fractions are unknown during the first epoch:
    beta is held at its value for the epoch's beginning then, and moves at every step from the second epoch on.

    Args:
        schedule: A `keras_vae.schedules.Schedule`.
        unit: "epoch" or "step", the unit of the schedule's step. Default "epoch".

    Raises:
        ValueError: If `schedule` is no schedule, the unit is unknown, or the model has no beta.

    Example:
    >>> warm_up = keras_vae.callbacks.BetaAnnealing(keras_vae.schedules.Linear(duration=10))
    >>> vae.fit(x, epochs=30, callbacks=[warm_up])

    Reference: Bowman et al. 2016, "Generating sentences from a continuous space", section 3.1.
    """

    def __init__(self, schedule: Schedule, unit: str = "epoch"):
        super().__init__()
        if not isinstance(schedule, Schedule):
            raise ValueError(f"`schedule` must be a keras_vae.schedules.Schedule. Received: schedule={schedule!r}")
        self.schedule = schedule
        self.unit = one_of("unit", unit, ("epoch", "step"))
        self.steps_per_epoch: int | None = None
        self.attached = False
        self.first_step: int | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Check the model, and that the warm-up ends within the training."""
        if not hasattr(self.model, "attach_schedule"):
            raise ValueError(
                "BetaAnnealing needs a keras_vae.VAE, which moves beta inside its training step. Received: a "
                f"{type(self.model).__name__}. In a model of your own assign the weight `beta` of its KLDivergence "
                "layer in `on_epoch_begin`."
            )
        if "beta" not in self.model.scheduled:
            raise ValueError(
                f"BetaAnnealing needs a model with a beta. Received: a {type(self.model).__name__}, whose scheduled "
                f"weights are {list(self.model.scheduled)}"
            )
        self.steps_per_epoch, self.attached, self.first_step = self.params["steps"], False, None
        epochs = self.params["epochs"]
        length = epochs if self.unit == "epoch" else epochs * (self.steps_per_epoch or float("inf"))
        if self.schedule.duration > length:
            warnings.warn(
                f"The warm-up of beta takes {self.schedule.duration:g} {self.unit}s, the training {length:g}: "
                "beta does not reach its end.",
                stacklevel=2,
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Attach the schedule, here and not earlier: by now BackupAndRestore has loaded the weights."""
        if self.attached:
            return
        step = int(ops.convert_to_numpy(self.model.step))
        if self.steps_per_epoch is None and self.first_step is not None:
            self.steps_per_epoch = step - self.first_step
        self.first_step = step
        self.attached = self.steps_per_epoch is not None or self.unit == "step"
        self.model.attach_schedule(self.schedule, "beta", *self._offset_and_scale(epoch, step))

    def _offset_and_scale(self, epoch, first_step):
        """Return what makes the schedule's step of the model's own step counter."""
        if not self.attached:
            return epoch, None
        # Resumed with epochs of unknown length, the model's own count of steps is the only one there is.
        known = self.steps_per_epoch or epoch == 0
        offset = epoch * (self.steps_per_epoch or 0) - first_step if known else 0
        return offset, self.steps_per_epoch if self.unit == "epoch" else 1
