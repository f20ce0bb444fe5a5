"""What `fit` watches over for every user, as a callback that `fit` adds itself."""

import warnings

import keras


class Guard(keras.callbacks.Callback):
    """Says when data do not fit the likelihood and when updates are skipped; stops a training that stands still.

    Args:
        data: What `fit` was given as x. If it has a method `set_epoch`, it is told at which epoch a resumed
            training starts, so that the order of its batches goes on where it stopped.
    """

    def __init__(self, data):
        super().__init__()
        self.data = data
        self.first_step = None
        self.checked_support = False
        self.warned_of_skips = False

    def on_epoch_begin(self, epoch, logs=None):
        """Tell the data of a resumed epoch; remember where the epoch starts."""
        if self.first_step is None and epoch > 0 and hasattr(self.data, "set_epoch"):
            self.data.set_epoch(epoch)
        self.first_step = int(self.model.step)

    def on_train_batch_end(self, batch, logs=None):
        """After the first batch say if the data are outside the likelihood's support."""
        if self.checked_support:
            return
        self.checked_support = True
        outside = float(self.model.measures.result()["outside_support"])
        if outside > 0:
            likelihood = self.model.likelihood
            low, high = likelihood.support
            warnings.warn(
                f"The likelihood {type(likelihood).__name__} is defined for data in [{low:g}, {high:g}], and the "
                "first batch has values outside it: the losses are not those of a probability. Scale the data "
                "(x / 255 for 8-bit images) or choose another likelihood.",
                stacklevel=2,
            )

    def on_epoch_end(self, epoch, logs=None):
        """Warn of the first skipped updates; stop if all of an epoch were skipped."""
        skipped = int(round(float((logs or {}).get("skipped_updates", 0.0))))
        if not skipped:
            return
        steps = int(self.model.step) - self.first_step
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
