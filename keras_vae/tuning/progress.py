"""What a trial shows while it runs, and what it keeps from the screen."""

import contextlib
import logging
import sys
import time

import keras

SILENT_SECONDS = 10.0


class EpochProgress(keras.callbacks.Callback):
    """Says how far one training of a trial is: a bar on a terminal, elsewhere a line now and then, and one at its end.

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
        self.start = self.said = time.perf_counter()
        self.elbo = float("nan")
        # A bar that moves belongs on a terminal, not into a file.
        self.bar = (
            keras.utils.Progbar(self.epochs, stateful_metrics=["val_elbo"], unit_name="epoch")
            if sys.stdout.isatty()
            else None
        )

    def on_epoch_end(self, epoch, logs=None):
        """Move the bar."""
        self.elbo = (logs or {}).get("val_elbo", self.elbo)
        if self.bar is not None:
            self.bar.update(epoch + 1, [("val_elbo", self.elbo)])
        elif time.perf_counter() - self.said > SILENT_SECONDS:
            self.said = time.perf_counter()
            print(f"{self.name}: epoch {epoch + 1} of {self.epochs}, ELBO {self.elbo:.2f}", flush=True)

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
