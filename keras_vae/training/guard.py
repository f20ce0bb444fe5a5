"""What `fit` watches over for every user, as a callback that `fit` adds itself."""

import warnings

import keras
from keras import ops


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

    def on_test_begin(self, logs=None):
        """Look at the first epoch's data before the validation resets the measures."""
        self.check_support()

    def check_support(self):
        """After the first epoch say if data were outside the likelihood's support (streams are not seen earlier)."""
        if not self.checked_support:
            self.checked_support = True
            warn_of_support(self.model.likelihood, self.model.measures.result()["outside_support"])

    def on_epoch_end(self, epoch, logs=None):
        """Warn of the first skipped updates; stop if all of an epoch were skipped."""
        self.check_support()
        skipped = int(round(float((logs or {}).get("skipped_updates", 0.0))))
        if not skipped:
            return
        steps = int(ops.convert_to_numpy(self.model.step)) - self.first_step
        reasons = "the loss or a gradient was NaN or infinite"
        if self.model.skip_threshold is not None:
            reasons += f", or the gradient's norm above skip_threshold={self.model.skip_threshold:g}"
        if skipped >= steps:
            raise ValueError(
                f"All {steps} updates of epoch {epoch + 1} were skipped: in each {reasons}. The weights are as they "
                "were before the epoch. Look for NaN or infinite values in the data, lower the learning rate"
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
