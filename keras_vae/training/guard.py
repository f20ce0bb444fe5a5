"""What `fit` watches over for every user, as a callback that `fit` adds itself."""

import warnings

import keras
import numpy as np
from keras import ops

from keras_vae.training.verdict import reason

LARGE = 100.0  # beyond it data in [0, 1], in [-1, 1] or standardized are none any more


class Guard(keras.callbacks.Callback):
    """Says when data do not fit the likelihood and when updates are skipped; stops a training that stands still.

    It has no hook for batches: with one, Keras would wait for each step's logs.

    Args:
        data: What `fit` was given as x. If it has a method `set_epoch`, it is told at which epoch a resumed
            training starts, so that the order of its batches goes on where it stopped; unless its `next_epoch` shows
            that another callback has told it.
        checked_support: Bool, whether the data's range has been looked at already.
    """

    def __init__(self, data, checked_support):
        super().__init__()
        self.data = data
        self.next_epoch = getattr(data, "next_epoch", None)
        self.first_step = None
        self.invalid_rows = None
        self.weight = None
        self.checked_support = checked_support
        self.warned_of_skips = False

    def on_train_begin(self, logs=None):
        """Give back the epoch that Keras may have begun before the training, to learn the shapes."""
        if self.next_epoch is not None and self.data.next_epoch == (self.next_epoch[0] + 1, 0):
            self.data.set_epoch(*self.next_epoch)

    def on_epoch_begin(self, epoch, logs=None):
        """Tell the data of a resumed epoch, before Keras begins to draw it; remember where the epoch starts."""
        if self.first_step is None and epoch > 0 and hasattr(self.data, "set_epoch"):
            told = self.next_epoch is not None and (
                self.next_epoch[0] == epoch or self.data.next_epoch != self.next_epoch
            )
            if not told:
                self.data.set_epoch(epoch)
        self.first_step = int(ops.convert_to_numpy(self.model.step))
        self.invalid_rows = None

    def on_test_begin(self, logs=None):
        """Look at the epoch's data before the validation resets the measures."""
        self.look()

    def look(self):
        """Remember the epoch's rows with NaN; of a stream say after the first epoch what was not seen earlier."""
        if self.invalid_rows is None:
            self.invalid_rows = int(round(float(self.model.invalid_rows.result())))
            self.weight = self.model.measures.weight_so_far()
            if not self.checked_support:
                self.checked_support = True
                warn_of_support(self.model.likelihood, self.model.measures.result()["outside_support"])

    def on_epoch_end(self, epoch, logs=None):
        """Warn of the first skipped updates; stop if all of an epoch were skipped, or no row had a weight."""
        self.look()
        skipped = int(round(float((logs or {}).get("skipped_updates", 0.0))))
        if not skipped:
            require_weight(self.weight)
            return
        steps = int(ops.convert_to_numpy(self.model.step)) - self.first_step
        reasons = reason(self.model.optimizer, self.model.trainable_variables)
        if self.invalid_rows:
            reasons = f"{rows_text(self.invalid_rows)} of the data held NaN or infinite values, so that {reasons}"
        if self.model.skip_threshold is not None:
            reasons += f", or the gradient's norm above skip_threshold={self.model.skip_threshold:g}"
        if skipped >= steps:
            raise ValueError(
                f"All {steps} updates of epoch {epoch + 1} were skipped: in each {reasons}. The weights are as they "
                "were before the epoch. "
                + ("Clean the data" if self.invalid_rows else "Lower the learning rate")
                + ("." if self.model.skip_threshold is None else ", or raise skip_threshold.")
            )
        if not self.warned_of_skips:
            self.warned_of_skips = True
            warnings.warn(
                f"{skipped} of {steps} updates of epoch {epoch + 1} were skipped: {reasons}. The weights were left as "
                "they were; `skipped_updates` in the logs counts them.",
                stacklevel=2,
            )


def warn_of_support(likelihood, outside) -> None:
    """Warn if `outside`, the share of batches with values outside the likelihood's support, is not 0."""
    if float(outside) > 0:
        low, high = likelihood.support
        warnings.warn(
            f"The likelihood {type(likelihood).__name__} is defined for data in [{low:g}, {high:g}], and the data have "
            "values outside it: the losses are not those of a probability. Scale the data (x / 255 for 8-bit images) "
            "or choose another likelihood.",
            stacklevel=3,
        )


def warn_of_scale(likelihood, values) -> None:
    """Warn if data, an array, are so large that the likelihood hears of the largest values only."""
    largest = np.max(np.abs(values), initial=0.0, where=np.isfinite(values))
    if likelihood.support is None and largest > LARGE:
        columns = values.reshape(len(values), -1)
        spread = columns[:, np.isfinite(columns).all(axis=0)].std(axis=0, dtype="float64")
        spread = spread[spread > 0.0] if np.any(spread > 0.0) else np.zeros(1)
        warnings.warn(
            f"The data have values as large as {largest:.3g}, and standard deviations from {np.min(spread):.3g} to "
            f"{np.max(spread):.3g}: the {type(likelihood).__name__} likelihood adds all errors in the data's own unit, "
            "and the largest values decide alone. Scale the data first: x / 255 for 8-bit images, each column by its "
            "mean and standard deviation for tables.",
            stacklevel=3,
        )


def warn_of_invalid_rows(number) -> None:
    """Warn if `number`, of rows with NaN or infinite values that were evaluated, is not 0."""
    number = int(round(float(number)))
    if number:
        warnings.warn(
            f"{rows_text(number)} of the data held NaN or infinite values: the losses are NaN. Clean the data, or give "
            "such rows the sample_weight 0.",
            stacklevel=3,
        )


def rows_text(number: int) -> str:
    """Write a number of rows."""
    return f"{number} row" if number == 1 else f"{number} rows"


def require_weight(weight: float) -> None:
    """Raise a ValueError if the weights of all the rows that were seen sum to 0."""
    if weight == 0.0:
        raise ValueError("`sample_weight` must not be 0 for every row. Received: data whose weights sum to 0")
