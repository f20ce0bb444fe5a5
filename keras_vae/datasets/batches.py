"""Batches in an order given by seed and epoch."""

import functools
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_vae.arguments import one_of, true_or_false, whole_number
from keras_vae.datasets.epoch_order import epoch_order
from keras_vae.datasets.read_ahead import ReadAhead
from keras_vae.rows import as_rows, take


class Batches(keras.utils.PyDataset):
    """Cuts arrays into batches: a new order every epoch, the same on every backend and after a resume.

    The order of epoch e is `epoch_order(rows, seed, e)`. Epochs are counted as they begin, from `initial_epoch` on;
    `VAE.fit` sets the count when it resumes (`initial_epoch`, `BackupAndRestore`). With another Keras model give
    `fit(..., shuffle=False)` and, since Keras begins an epoch too many on some backends to learn the shapes, a callback
    that says which epoch begins: `LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.set_epoch(epoch))`.
    `steps_per_epoch` in `fit` must stay None.

    (After `keras.utils.set_random_seed`, TensorFlow's own shuffle in `fit(array)` repeats one order for ever.)

    Args:
        arrays: Array x, or a tuple `(x,)`, `(x, y)` or `(x, y, sample_weight)` of arrays with the same rows: of NumPy
            (also `numpy.memmap`), pandas, h5py, TensorFlow, JAX or PyTorch. Rows are taken by position. Where y is
            None and there is a weight, x stands for y.
        batch_size: Int of at least 1. Default 128.
        seed: Int of at least 0. Default 0.
        shuffle: Bool; False keeps the rows' order. Default True.
        remainder: What becomes of the rows that do not fill a batch: "keep" gives them as a smaller batch, "drop"
            leaves them out of this epoch, "pad" fills the batch up with rows of weight 0, which changes no average.
            JAX compiles a step anew for the smaller batch. Default "keep".
        initial_epoch: Int of at least 0, the first epoch's number. Default 0.
        process: Int, which of `num_processes` processes this one is; each draws its own share. Default 0.
        num_processes: Int of at least 1. Default 1.
        workers: Int of at least 0. From 2 on so many threads read the next batches ahead, for data on a disk; they
            change no batch. Default 1.
        max_queue_size: Int of at least 1, how many batches they read ahead. Default 10.
        use_multiprocessing: Must be False.

    Raises:
        ValueError: If an argument is out of its range or no array of numbers, the arrays' rows differ, or no batch is
            left.

    Example:
    >>> batches = keras_vae.datasets.Batches(x_train, batch_size=128, seed=1)
    >>> vae.fit(batches, epochs=10)
    """

    def __init__(
        self,
        arrays: Any,
        batch_size: int = 128,
        seed: int = 0,
        shuffle: bool = True,
        remainder: str = "keep",
        initial_epoch: int = 0,
        process: int = 0,
        num_processes: int = 1,
        workers: int = 1,
        max_queue_size: int = 10,
        use_multiprocessing: bool = False,
    ):
        # Keras is not told of the workers: it would start them before it says that an epoch begins.
        super().__init__()
        self.arrays = _arrays(arrays)
        self.num_rows = self.arrays[0].shape[0]
        self.batch_size = whole_number("batch_size", batch_size)
        self.seed = whole_number("seed", seed, low=0)
        self.shuffle = true_or_false("shuffle", shuffle)
        self.remainder = one_of("remainder", remainder, ("keep", "drop", "pad"))
        self.process, self.num_processes = process, num_processes
        workers = whole_number("workers", workers, low=0)
        max_queue_size = whole_number("max_queue_size", max_queue_size)
        self._read_ahead = ReadAhead(workers, max_queue_size) if workers > 1 else None
        if true_or_false("use_multiprocessing", use_multiprocessing):
            raise ValueError(
                "`use_multiprocessing` must be False: Keras copies the data into the processes before it says which "
                "epoch begins. `workers` says how many threads read ahead. "
                f"Received: use_multiprocessing={use_multiprocessing!r}"
            )
        self._rows_of_epoch = len(self._order_of(whole_number("initial_epoch", initial_epoch, low=0)))
        if self.remainder == "drop" and self._rows_of_epoch < self.batch_size:
            raise ValueError(
                f"`batch_size` must be at most the number of rows, {self._rows_of_epoch}, where the remainder is "
                f"dropped. Received: batch_size={batch_size}"
            )
        self.set_epoch(initial_epoch)

    @property
    def epoch(self) -> int:
        """The number of the epoch whose batches are given now."""
        return self._epoch

    @property
    def next_epoch(self) -> tuple[int, int]:
        """The number of the epoch that begins next, and of its first batch."""
        return self._next_epoch

    def set_epoch(self, epoch: int, first_batch: int = 0) -> None:
        """Make `epoch` the next one to be drawn, from its batch number `first_batch` on.

        The epoch has so many batches less; those after it are whole. Call it before `VAE.fit`, or with any Keras
        model in a callback's `on_train_begin` or `on_epoch_begin`.

        Args:
            epoch: Int of at least 0.
            first_batch: Int from 0 to below the number of batches. Default 0.

        Raises:
            ValueError: If an argument is out of its range.
        """
        epoch, first_batch = whole_number("epoch", epoch, low=0), whole_number("first_batch", first_batch, low=0)
        if first_batch >= self._batches_of_whole_epoch:
            raise ValueError(
                f"`first_batch` must be below the number of batches, {self._batches_of_whole_epoch}. "
                f"Received: first_batch={first_batch}"
            )
        self._next_epoch = epoch, first_batch
        self._turn_to(epoch, first_batch)
        self._just_begun = False

    def on_epoch_begin(self) -> None:
        """Turn to the next epoch."""
        self._turn_to(*self._next_epoch)
        self._next_epoch = self._epoch + 1, 0
        self._just_begun = True

    def on_epoch_end(self) -> None:
        """Leave the epoch: what is asked for before the next one begins comes from a whole one."""
        self._just_begun = False
        if self._next_epoch[0] != self._epoch:  # nothing was set meanwhile
            self._first_batch = 0

    def __len__(self) -> int:
        """Return the number of batches of the present epoch."""
        return self._batches_of_whole_epoch - self._first_batch

    @property
    def num_batches(self) -> int:
        """What Keras asks: as `fit` starts, how long its epochs are; as each begins, how long that one is."""
        return len(self) if self._just_begun else self._batches_of_whole_epoch

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        """Give the batches of the present epoch."""
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        """Return a batch of the present epoch as a tuple of arrays."""
        self._just_begun = False
        end = self._batches_of_whole_epoch
        if not 0 <= index < end:
            raise IndexError(f"`index` must be from 0 to below {end}. Received: {index}")
        # TensorFlow looks at two batches before the training; a short epoch's second one may be its first again.
        index = self._first_batch + index % len(self)
        batch = functools.partial(self._batch, self._order)
        return self._read_ahead.get(batch, self._epoch, index, end) if self._read_ahead else batch(index)

    def _batch(self, order, index):
        rows = order[index * self.batch_size : (index + 1) * self.batch_size]
        x, y, weights = [*self.arrays, None, None][:3]
        if self.remainder != "pad" and weights is None:
            return tuple(take(array, rows) for array in self.arrays)
        weights = np.ones(len(rows), "float32") if weights is None else take(weights, rows)
        if self.remainder == "pad":
            missing = self.batch_size - len(rows)
            rows = np.concatenate([rows, np.repeat(rows[:1], missing)])
            weights = np.concatenate([weights.astype("float32"), np.zeros((missing, *weights.shape[1:]), "float32")])
        x = take(x, rows)
        return x, x if y is None else take(y, rows), weights

    @property
    def _batches_of_whole_epoch(self):
        whole, rest = divmod(self._rows_of_epoch, self.batch_size)
        return whole + (rest > 0 and self.remainder != "drop")

    def _turn_to(self, epoch, first_batch):
        self._epoch, self._first_batch, self._order = epoch, first_batch, self._order_of(epoch)

    def _order_of(self, epoch):
        return epoch_order(self.num_rows, self.seed, epoch, self.shuffle, self.process, self.num_processes)


def _arrays(given):
    """Return `(x,)`, `(x, y)` or `(x, y, sample_weight)` as arrays whose rows can be taken; y may be None."""
    given = tuple(given) if isinstance(given, (tuple, list)) else (given,)
    if any(isinstance(array, (tuple, list)) for array in given):
        raise ValueError("`arrays` must hold arrays, not lists of numbers: call numpy.asarray first. Received: a list")
    if len(given) == 3 and given[2] is None:
        given = given[:2]
    if len(given) == 2 and given[1] is None:
        given = given[:1]
    names = ("x", "y", "sample_weight")[: len(given)]
    arrays = tuple(
        None if name == "y" and array is None else as_rows(name, array)
        for name, array in zip(names, given, strict=False)
    )
    rows = [array.shape[0] for array in arrays if array is not None]
    if not 1 <= len(given) <= 3 or len(set(rows)) > 1 or not rows[0]:
        raise ValueError(
            "`arrays` must be one to three arrays (x, y, sample_weight) with the same rows, at least one. "
            f"Received: {len(given)} arrays with the rows {rows}"
        )
    return arrays
