"""Progress lines."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import keras

from keras_vae.arguments import whole_number

SILENT_SECONDS = 9.0  # with the time that a step takes, a line at least every ten seconds
MOST_LINES = 20


class Progress(keras.callbacks.Callback):
    """Prints one short line every few epochs, and never keeps silent for much longer than nine seconds.

    Give `verbose=0` to `fit` beside it. A line looks like this, in nats per example, with the seconds since the start:

        epoch  10/150  loss 25.11  elbo -25.23  val_elbo -25.64  beta 0.9091  2 s

    The last epoch has its line too. Where an epoch takes long, the line says the batch. Updates that were skipped
    are mentioned only where there were any since the last line. It has no hook for the end of a batch: with one, Keras
    would wait for each step's logs.

    Args:
        every: Int of at least 1, epochs from one line to the next, or None: as many as give at most 20 lines.
            Default None.
        names: Sequence of names of logs, printed in this order where the logs have them. Default loss, elbo, val_elbo
            and beta; for another model than a VAE give, for example, `("loss", "val_loss")`.
        title: Text in front of each line, such as which of several trainings it is. Default "".

    Raises:
        ValueError: If `every` is no whole number of at least 1, or `names` is one text.

    Example:
    >>> vae.fit(x, epochs=20, verbose=0, callbacks=[keras_vae.callbacks.Progress(every=5)])
    """

    def __init__(
        self, every: int | None = None, names: Sequence[str] = ("loss", "elbo", "val_elbo", "beta"), title: str = ""
    ):
        super().__init__()
        self.every = None if every is None else whole_number("every", every)
        if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
            raise ValueError(f"`names` must be a sequence of names of logs. Received: names={names!r}")
        self.names = tuple(names)
        self.title = title
        self.epoch: Any = None  # None where no training runs

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self.start = self.said = perf_counter()
        self.width = len(str(self.params["epochs"]))
        self.interval = self.every or _interval(self.params["epochs"])
        self.skipped = 0
        self.unsaid: str | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember the epoch, which batches are not told."""
        self.epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Say which batch it is, if nothing has been said for long."""
        self._say_batch("batch", batch, self.params["steps"])

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Say which batch of the validation it is, if nothing has been said for long."""
        if self.epoch is not None:
            self._say_batch("validation, batch", batch, None)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Say the epoch's logs, if it is time."""
        logs = logs or {}
        self.skipped += round(float(logs.get("skipped_updates", 0)))
        values = [f"  {name} {logs[name]:#.4g}" for name in self.names if name in logs]
        self.unsaid = "".join(values)
        if (epoch + 1) % self.interval == 0 or self._silent_for_long():
            self._say_epoch()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Say the last epoch's logs."""
        if self.unsaid is not None:
            self._say_epoch()
        self.epoch = None

    def _say_epoch(self):
        skipped = f"  {self.skipped} updates skipped" if self.skipped else ""
        self._say(f"{self.unsaid}{skipped}")
        self.skipped, self.unsaid = 0, None

    def _say_batch(self, what, batch, batches):
        if self._silent_for_long():
            self._say(f"  {what} {batch + 1}" + (f"/{batches}" if batches else ""))

    def _silent_for_long(self):
        return perf_counter() - self.said > SILENT_SECONDS

    def _say(self, text):
        self.said = perf_counter()
        title = f"{self.title}: " if self.title else ""
        epoch = f"epoch {self.epoch + 1:>{self.width}}/{self.params['epochs']}"
        print(f"{title}{epoch}{text}  {self.said - self.start:.0f} s", flush=True)


def _interval(epochs):
    """Return the smallest of 1, 2, 5, 10, 20, 50, ... that gives at most 20 lines."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if epochs <= MOST_LINES * digit * power:
                return digit * power
        power *= 10
