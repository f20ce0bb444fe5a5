"""What a trial shows while it runs, and what it keeps from the screen."""

import contextlib
import logging
import sys
import time

import keras


class EpochProgress(keras.callbacks.Callback):
    """Says how far one training of a trial is: a bar on a terminal, and a line at its end.

    Args:
        name: Text, which training it is.
        epochs: Int, how many it has.
    """

    def __init__(self, name, epochs):
        super().__init__()
        self.name = name
        self.epochs = epochs

    def on_train_begin(self, logs=None):
        """Start the clock."""
        self.start, self.elbo = time.perf_counter(), float("nan")
        # A bar that moves belongs on a terminal, not into a file.
        self.bar = keras.utils.Progbar(self.epochs, unit_name="epoch") if sys.stdout.isatty() else None

    def on_epoch_end(self, epoch, logs=None):
        """Move the bar."""
        self.elbo = (logs or {}).get("val_elbo", self.elbo)
        if self.bar is not None:
            self.bar.update(epoch + 1, [("val_elbo", self.elbo)])

    def on_train_end(self, logs=None):
        """Say how it ended."""
        seconds = time.perf_counter() - self.start
        print(f"{self.name}: ELBO {self.elbo:.2f} on validation data after {seconds:.1f} s", flush=True)


@contextlib.contextmanager
def retracing_is_expected():
    """Keep TensorFlow from warning that each new model is traced anew."""
    logger = logging.getLogger("tensorflow")

    def expected(record):
        return "triggered tf.function retracing" not in record.getMessage()

    logger.addFilter(expected)
    try:
        yield
    finally:
        logger.removeFilter(expected)
