"""The callback that `fit` adds itself, to watch over every training."""

import warnings
from typing import Any

import keras
from keras import ops

from keras_vae.training.phase import Phase
from keras_vae.training.verdict import reason


class Guard(keras.callbacks.Callback):
    """Lets the model warn of its data, says when updates are skipped, and stops a training that stands still.

    It has no hook for batches: with one, Keras would wait for each step's logs.

    Args:
        data: What `fit` was given as x. If it has a method `set_epoch`, it is told at which epoch a resumed
            training starts, so that the order of its batches goes on where it stopped; unless its `next_epoch` shows
            that another callback has told it.
        checked_values: Bool, whether the model has looked at the data's values already.
    """

    def __init__(self, data: Any, checked_values: bool):
        super().__init__()
        self.data = data
        self.next_epoch = getattr(data, "next_epoch", None)
        self.checked_values = checked_values
        self.first_step: Any = None  # an int once an epoch has begun
        self.invalid_rows: int | None = None
        self.skipped: Any = None  # a dict, and `weight` a float, once an epoch was looked at
        self.weight: Any = None
        self.warned_of: set[str] = set()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Give back the epoch that Keras may have begun before the training, to learn the shapes."""
        if self.next_epoch is not None and self.data.next_epoch == (self.next_epoch[0] + 1, 0):
            self.data.set_epoch(*self.next_epoch)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Tell the data of a resumed epoch, before Keras begins to draw it; remember where the epoch starts."""
        if self.first_step is None and epoch > 0 and hasattr(self.data, "set_epoch"):
            told = self.next_epoch is not None and (
                self.next_epoch[0] == epoch or self.data.next_epoch != self.next_epoch
            )
            if not told:
                self.data.set_epoch(epoch)
        self.first_step = int(ops.convert_to_numpy(self.model.step))
        self.invalid_rows = None

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Look at the epoch's data before the validation resets the measures."""
        self.look()

    def look(self) -> None:
        """Remember the epoch's counts; after the first epoch let the model say what it could not see earlier."""
        if self.invalid_rows is not None:
            return
        self.invalid_rows = self.model.invalid_rows.so_far()
        self.skipped = {name: count.so_far() for name, count in self.model.skipped_updates.items()}
        self.weight = self.model.measures.weight_so_far()
        if not self.checked_values:
            self.checked_values = True
            self.model.check_means(self.model.measures.result())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Warn of the first skipped updates of a phase; stop if all of an epoch were, or no row had a weight."""
        self.look()
        if not any(self.skipped.values()):
            require_weight(self.weight)
            return
        steps = int(ops.convert_to_numpy(self.model.step)) - self.first_step
        phases = self.model.phases()
        for phase in phases:
            skipped = self.skipped[phase.name]
            where = f"epoch {epoch + 1}" if len(phases) == 1 else f"the phase {phase.name!r} in epoch {epoch + 1}"
            if skipped >= steps:
                weights = "The weights are" if len(phases) == 1 else "Its weights are"
                # The rows are those of all the batches together.
                inside, cure = ("them", "Clean the data") if self.invalid_rows else ("each", "Lower the learning rate")
                raise ValueError(
                    f"All {steps} updates of {where} were skipped: in {inside} {self.reasons(phase)}. {weights} as "
                    f"they were before the epoch. {cure}"
                    + ("." if self.model.skip_threshold is None else ", or raise skip_threshold.")
                )
            if skipped and phase.name not in self.warned_of:
                self.warned_of.add(phase.name)
                warnings.warn(
                    f"{skipped} of {steps} updates of {where} were skipped: {self.reasons(phase)}. The weights were "
                    "left as they were; `skipped_updates` in the logs counts them.",
                    stacklevel=2,
                )

    def reasons(self, phase: Phase) -> str:
        """Return in words why updates of a phase were skipped."""
        reasons = reason(phase.optimizer, phase.variables)
        if self.invalid_rows:
            held = self.model.INVALID_VALUES
            reasons = f"{rows_text(self.invalid_rows)} of the data held {held}, so that {reasons}"
        if self.model.skip_threshold is not None:
            reasons += f", or the gradient's norm above skip_threshold={self.model.skip_threshold:g}"
        return reasons


def warn_of_invalid_rows(number: int, held: str) -> None:
    """Warn if `number`, of rows with values that are not valid and were evaluated, is not 0."""
    if number:
        warnings.warn(
            f"{rows_text(number)} of the data held {held}: the losses are NaN. Clean the data, or give such rows the "
            "sample_weight 0.",
            stacklevel=3,
        )


def rows_text(number: int) -> str:
    """Write a number of rows."""
    return f"{number} row" if number == 1 else f"{number} rows"


def require_weight(weight: float) -> None:
    """Raise a ValueError if the weights of all the rows that were seen sum to 0."""
    if weight == 0.0:
        raise ValueError("`sample_weight` must not be 0 for every row. Received: data whose weights sum to 0")
