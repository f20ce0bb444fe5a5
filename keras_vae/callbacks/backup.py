"""Backup and resumption of a training."""

import inspect
import itertools
import os
import warnings
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import a_path, whole_number
from keras_vae.callbacks import backup_file, callback_states
from keras_vae.replacing import remove_unfinished


class Backup(keras.callbacks.Callback):
    """Stores a training in one file, and goes on from it when the same `fit` is called again.

    The file holds the weights, the optimizer, the noise of every layer, the epoch and the step, the means of the
    epoch so far, and the states of EarlyStopping, ReduceLROnPlateau, ModelCheckpoint (its best score) and
    CollapseMonitor. It is replaced at once: the old one stays until the new one is whole and on the disk. A training
    that was killed and called again ends as if nothing had happened, bit for bit on one machine, also when it was
    killed in the middle of an epoch:

    - The data must come in an order that is a function of the epoch: `keras_vae.datasets.Batches`, or
      `fit(..., shuffle=False)`. With `every=steps` they must be `Batches`.
    - Another callback that changes from epoch to epoch must say so: those of its attributes that are named in a tuple
      `BACKED_UP` are stored as well. The batches of an epoch that is gone on with are counted from 0 again.
    - On PyTorch a Dropout without a seed draws from the backend's own noise, which Keras draws from as well when an
      epoch begins and ends: give it a seed, or let `every` be "epoch".
    - `fit` returns the history of the epochs that it has run itself.

    After the last epoch the file stays: the same call again trains nothing, warns, and gives the trained model; with
    more `epochs` it goes on. For a training from the start give another path, or remove the file. An epoch that a
    callback has cut short (`model.stop_training`) is not stored, and is repeated.

    Args:
        path: Text or path of the file; its folder is made. Any name, such as "backup.npz": it is a NumPy archive.
        every: "epoch", or int of at least 1: after every so many steps, and after each epoch. Default "epoch".

    Raises:
        ValueError: If `every` is out of its range; in `fit`, if the data cannot be begun within an epoch, the model is
            no `keras_vae.VAE`, or the file is damaged, no backup, or another model's. The file is left as it is.
        OSError: What the system says when the file cannot be written, such as that the disk is full; it names the file.

    Example:
    >>> batches = keras_vae.datasets.Batches(x, batch_size=128)
    >>> vae.fit(batches, epochs=2, callbacks=[keras_vae.callbacks.Backup("backup.npz", every=100)])
    """

    def __init__(self, path: str | os.PathLike, every: str | int = "epoch"):
        super().__init__()
        self.path = a_path("path", path)
        if isinstance(every, str) and every != "epoch":
            raise ValueError(f"`every` must be 'epoch' or a whole number of steps. Received: every={every!r}")
        self.every = every if isinstance(every, str) else whole_number("every", every)
        self.data: Any = None
        self.others: Any = None
        self.resumed: backup_file.Stored | None = None
        self.epoch, self.first_batch, self.batches_before, self.first_step, self.periods = 0, 0, 0, 0, 0

    def connect(self, data: Any, others: Sequence[keras.callbacks.Callback]) -> None:
        """Take what `fit` tells: the data, and the other callbacks."""
        if self.every != "epoch" and not _can_begin_within_an_epoch(data):
            raise ValueError(
                "`every` must be 'epoch' unless the data are keras_vae.datasets.Batches, which can begin within an "
                f"epoch. Received: every={self.every} and x of type {type(data).__name__}"
            )
        self.data, self.others = data, others

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Go on from the file, if there is one."""
        if self.others is None:
            raise ValueError(f"Backup needs a keras_vae.VAE. Received: a {type(self.model).__name__}")
        if not self.model.built:
            raise ValueError(
                "Backup needs a model that is built: call vae.build((None, ...)) before fit. Received: "
                f"{self.model.name}"
            )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        remove_unfinished(self.path)
        self.resumed = None
        if self.path.exists():
            self._resume(backup_file.read(self.path))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember where the epoch starts, and go on within it: by now Keras has set the metrics to 0."""
        resumed, self.resumed = self.resumed, None
        self.epoch, self.first_batch, self.batches_before = epoch, 0, 0
        self.first_step = self._step()
        if resumed is not None and epoch != resumed.epoch:
            raise ValueError(
                f"`initial_epoch` must not be above the epoch of the backup {self.path}, {resumed.epoch}. Received: "
                f"initial_epoch={epoch}"
            )
        if resumed is not None and resumed.batch:
            self.first_batch = resumed.batch
            self.data.set_epoch(epoch, first_batch=resumed.batch)
            self.model.load_training_state(resumed.state)
        self.periods = self._periods(epoch, self.first_batch)

    # Not the hook for the batch's end: with one, Keras would wait for each step's logs.

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Store, once every so many steps, what the batches before this one have made."""
        if self.params["steps"] is not None and self.first_batch + batch >= self.params["steps"]:
            return  # Keras begins a batch more where an epoch was gone on with, and finds that there is none
        self.batches_before = batch
        periods = self._periods(self.epoch, self.first_batch + batch)
        if periods != self.periods:
            self.periods = periods
            self._store(self.epoch, self.first_batch + batch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Store a whole epoch; the other callbacks have seen its end."""
        steps, last = self.params["steps"], self.first_batch + self.batches_before + self.model.steps_per_execution
        if steps is None or last >= steps:
            self._store(epoch + 1, 0)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Let go of the data."""
        self.data, self.others = None, None

    def _periods(self, epoch, batch):
        """Return how many times `every` steps have passed since epoch 0."""
        return None if self.every == "epoch" else (epoch * self.params["steps"] + batch) // self.every

    def _step(self):
        return int(ops.convert_to_numpy(self.model.step))

    def _store(self, epoch, batch):
        model = self.model
        stored = backup_file.Stored(
            epoch=epoch,
            batch=batch,
            step=self._step(),
            first_step=self.first_step if batch else self._step(),
            steps=self.params["steps"],
            signature=model.signature(),
            state=model.training_state(within_epoch=batch > 0),
            callbacks=callback_states.collect(self.others),
        )
        backup_file.write(self.path, stored)

    def _resume(self, stored):
        self._check(stored)
        self.model.load_training_state(stored.state)
        if self._step() != stored.step:
            raise ValueError(
                f"The backup {self.path} must hold weights of the step it names, {stored.step}. Received: weights of "
                f"step {self._step()}. It is left as it is: remove it, or give another path, to start anew."
            )
        callback_states.restore(self.others, stored.callbacks)
        stopped = any(getattr(callback, "stopped_epoch", 0) for callback in self.others)
        if stopped or stored.epoch >= self.params["epochs"]:
            self.model.start_at_epoch(self.params["epochs"])
            warnings.warn(
                f"The backup {self.path} holds a training that is over, after {stored.epoch} epochs: there is nothing "
                "left to train, and the model is the trained one. For a training from the start give another path.",
                stacklevel=2,
            )
            return
        self.model.start_at_epoch(stored.epoch)
        self.resumed = stored
        # Other callbacks look at the step as the epoch begins; the step that belongs to the batch comes after them.
        self.model.step.assign(stored.first_step)

    def _check(self, stored):
        mine = self.model.signature()
        if stored.signature != mine:
            pairs = itertools.zip_longest(stored.signature, mine, fillvalue="nothing more")
            theirs, ours = next(pair for pair in pairs if pair[0] != pair[1])
            raise ValueError(
                f"The backup {self.path} must be this model's own. Received: one that has {theirs}, where this model "
                f"has {ours}. It is left as it is: give another path, or remove it, to start anew."
            )
        steps = self.params["steps"]
        if None not in (steps, stored.steps) and steps != stored.steps:
            raise ValueError(
                f"The backup {self.path} must go on with the same data in the same batches. Received: {steps} batches "
                f"an epoch, and a backup with {stored.steps}. It is left as it is: give another path to start anew."
            )


def _can_begin_within_an_epoch(data):
    return hasattr(data, "set_epoch") and "first_batch" in inspect.signature(data.set_epoch).parameters
