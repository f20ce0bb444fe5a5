"""Batches of arrays in an order that is a function of the seed and the epoch."""

import keras
import numpy as np

from keras_vae.arguments import one_of, whole_number
from keras_vae.datasets.epoch_order import epoch_order


class Batches(keras.utils.PyDataset):
    """Cuts arrays into batches: a new order every epoch, the same on every backend and after a resume.

    The order of epoch e is that of NumPy's generator seeded with `[seed, e]`. Epochs are counted as they are drawn;
    `VAE.fit` sets the count when it resumes (`initial_epoch`, `BackupAndRestore`). With another Keras model give
    `fit(..., shuffle=False)`, and after a resume `initial_epoch` here. `steps_per_epoch` in `fit` must stay None.

    (After `keras.utils.set_random_seed`, TensorFlow's own shuffle in `fit(array)` repeats one order for ever.)

    Args:
        arrays: Array x, or a tuple `(x,)`, `(x, y)` or `(x, y, sample_weight)` of arrays with the same rows.
        batch_size: Int of at least 1. Default 128.
        seed: Int of at least 0. Default 0.
        shuffle: Bool; False keeps the rows' order. Default True.
        remainder: What becomes of the rows that do not fill a batch: "keep" gives them as a smaller batch, "drop"
            leaves them out of this epoch, "pad" fills the batch up with rows of weight 0, which changes no average.
            JAX compiles a step anew for the smaller batch. Default "keep".
        initial_epoch: Int of at least 0, the first epoch's number. Default 0.
        **kwargs: `workers`, `use_multiprocessing`, `max_queue_size` of `keras.utils.PyDataset`.

    Raises:
        ValueError: If an argument is out of its range, the arrays' rows differ, or no batch is left.

    Example:
    >>> batches = keras_vae.datasets.Batches(x_train, batch_size=128, seed=1)
    >>> vae.fit(batches, epochs=10)
    """

    def __init__(self, arrays, batch_size=128, seed=0, shuffle=True, remainder="keep", initial_epoch=0, **kwargs):
        super().__init__(**kwargs)
        self.arrays = tuple(arrays) if isinstance(arrays, (tuple, list)) else (arrays,)
        rows = [np.shape(array)[0] if np.ndim(array) else None for array in self.arrays]
        if not 1 <= len(rows) <= 3 or None in rows or len(set(rows)) > 1 or not rows[0]:
            raise ValueError(
                "`arrays` must be one to three arrays (x, y, sample_weight) with the same rows, at least one. "
                f"Received: {len(rows)} arrays with the rows {rows}"
            )
        self.num_rows = rows[0]
        self.batch_size = whole_number("batch_size", batch_size)
        self.seed = whole_number("seed", seed, low=0)
        self.shuffle = bool(shuffle)
        self.remainder = one_of("remainder", remainder, ("keep", "drop", "pad"))
        if self.remainder == "drop" and self.num_rows < self.batch_size:
            raise ValueError(
                f"`batch_size` must be at most the number of rows, {self.num_rows}, where the remainder is dropped. "
                f"Received: batch_size={batch_size}"
            )
        self.set_epoch(whole_number("initial_epoch", initial_epoch, low=0))

    @property
    def epoch(self) -> int:
        """The number of the epoch whose batches are given now."""
        return self._epoch

    @property
    def next_epoch(self) -> tuple[int, int]:
        """The number of the epoch that begins next, and of its first batch."""
        return self._next_epoch

    def set_epoch(self, epoch: int, first_batch: int = 0):
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

    def on_epoch_begin(self):
        """Turn to the next epoch."""
        self._turn_to(*self._next_epoch)
        self._next_epoch = self._epoch + 1, 0
        self._just_begun = True

    def on_epoch_end(self):
        """Leave the epoch: what is asked for before the next one begins comes from a whole one."""
        self._just_begun = False
        if self._next_epoch[0] != self._epoch:  # nothing was set meanwhile
            self._first_batch = 0

    def __len__(self):
        """Return the number of batches of the present epoch."""
        return self._batches_of_whole_epoch - self._first_batch

    @property
    def num_batches(self):
        """What Keras asks: as `fit` starts, how long its epochs are; as each begins, how long that one is."""
        return len(self) if self._just_begun else self._batches_of_whole_epoch

    def __iter__(self):
        """Give the batches of the present epoch."""
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index):
        """Return a batch of the present epoch as a tuple of arrays."""
        self._just_begun = False
        index += self._first_batch
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        if self.remainder != "pad":
            return tuple(np.asarray(array[rows]) for array in self.arrays)
        missing = self.batch_size - len(rows)
        x, y, weight = (*self.arrays, *(None,) * (3 - len(self.arrays)))
        weights = np.ones(len(rows), "float32") if weight is None else np.asarray(weight[rows], "float32")
        rows = np.concatenate([rows, np.repeat(rows[:1], missing)])
        x = np.asarray(x[rows])
        return x, x if y is None else np.asarray(y[rows]), np.concatenate([weights, np.zeros(missing, "float32")])

    @property
    def _batches_of_whole_epoch(self):
        whole, rest = divmod(self.num_rows, self.batch_size)
        return whole + (rest > 0 and self.remainder != "drop")

    def _turn_to(self, epoch, first_batch):
        self._epoch, self._first_batch = epoch, first_batch
        self._order = epoch_order(self.num_rows, self.seed, epoch, self.shuffle)
