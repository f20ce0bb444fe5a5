"""The base of a model whose methods take arrays."""

import threading
from collections.abc import Callable, Hashable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arrays import checks
from keras_vae.arrays.padding import padded
from keras_vae.arrays.stream import Stream
from keras_vae.types import ArrayLike, Tensor

_one_at_a_time = threading.Lock()


class ArrayMethods:
    """A model that runs methods of tensors over arrays (see `over_rows`).

    A subclass has `compile_function`, `is_valid` (of each value of the data, whether it can be computed with) and
    `evaluation_noise`, and writes `require_built`, `shape_of_rows` and, where arrays need more checks, `rows_of`.
    """

    evaluation_noise: keras.random.SeedGenerator
    compile_function: Callable
    is_valid: Callable

    def require_built(self) -> None:
        """Build the model if it can be, and raise a ValueError if it cannot."""
        raise NotImplementedError(f"{type(self).__name__} must define `require_built`.")

    def shape_of_rows(self, name: str) -> tuple:
        """Return the shape of a row of the argument with a name, such as `x` or `z`."""
        raise NotImplementedError(f"{type(self).__name__} must define `shape_of_rows`.")

    def rows_of(self, **arrays: ArrayLike | None) -> dict[str, Any]:
        """Return what was given under arguments' names as arrays of rows; only the first must not be None.

        Raises:
            ValueError: If a shape is wrong, there are no rows, or not as many everywhere.
        """
        self.require_built()
        needed = next(iter(arrays))
        rows = {
            name: checks.rows(name, array, self.shape_of_rows(name))
            for name, array in arrays.items()
            if array is not None or name == needed
        }
        (first, n), *others = ((name, array.shape[0]) for name, array in rows.items())
        for name, number in others:
            if number != n:
                raise ValueError(f"`{name}` must have a row for each row of {first}. Received: {number} and {n}")
        return rows

    def check_values(self, name: str, batch: np.ndarray, rows: Any) -> None:
        """Raise a ValueError that counts the rows with NaN if a batch of them has some: TensorFlow would hide it."""
        is_valid = self.is_valid if name == "x" else np.isfinite
        with np.errstate(invalid="ignore", over="ignore"):  # infinity minus itself
            if not np.all(is_valid(batch)):
                checks.refuse_rows(name, rows, is_valid)

    def batches(self, rows: dict[str, Any], size: int, start: int = 0) -> list[Tensor]:
        """Return `size` rows of each array of `rows_of` as tensors, those that are missing filled up, all checked."""
        batches = {name: padded(array[start : start + size], size) for name, array in rows.items()}
        for name, batch in batches.items():
            self.check_values(name, batch, rows[name])
        return [ops.convert_to_tensor(batch) for batch in batches.values()]

    def stream(self, seed: int | None) -> Stream:
        """Return where the draws of a call start: from a seed, or else where no call has started."""
        return Stream.of(seed, self.evaluation_noise)

    def seed_tensor(self, stream: Stream) -> Tensor:
        """Return a stream's start as a tensor, for a compiled function."""
        return ops.convert_to_tensor(stream.state(), dtype=self.evaluation_noise.state.dtype)

    def compiled_function(self, key: Hashable, function: Callable, compiler: Callable | None = None) -> Callable:
        """Return the compiled version of a function of tensors, from the cache if the key has been asked for before."""
        with _one_at_a_time:
            # Compiled functions are no part of the model's state: past `setattr`, Keras does not track them.
            cache = vars(self).setdefault("_compiled_functions", {})
            if key not in cache:
                cache[key] = (compiler or self.compile_function)(function)
            return cache[key]
