"""Batches of arrays in an order that is a function of the seed and the epoch."""

import keras
import numpy as np

from keras_vae.arguments import one_of, whole_number


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

    def set_epoch(self, epoch: int):
        """Make `epoch` the next one to be drawn."""
        self._epochs_begun = epoch
        self._order = self._order_of(epoch)

    def on_epoch_begin(self):
        """Take the order of the next epoch."""
        self._order = self._order_of(self._epochs_begun)
        self._epochs_begun += 1

    def __len__(self):
        """Return the number of batches in an epoch."""
        whole, rest = divmod(self.num_rows, self.batch_size)
        return whole + (rest > 0 and self.remainder != "drop")

    def __getitem__(self, index):
        """Return a batch of the present epoch as a tuple of arrays."""
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        if self.remainder != "pad":
            return tuple(np.asarray(array[rows]) for array in self.arrays)
        missing = self.batch_size - len(rows)
        x, y, weight = (*self.arrays, *(None,) * (3 - len(self.arrays)))
        weights = np.ones(len(rows), "float32") if weight is None else np.asarray(weight[rows], "float32")
        rows = np.concatenate([rows, np.repeat(rows[:1], missing)])
        x = np.asarray(x[rows])
        return x, x if y is None else np.asarray(y[rows]), np.concatenate([weights, np.zeros(missing, "float32")])

    def _order_of(self, epoch):
        if not self.shuffle:
            return np.arange(self.num_rows)
        return np.random.default_rng([self.seed, epoch]).permutation(self.num_rows)
