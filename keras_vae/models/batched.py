"""How a model's functions of tensors are run over arrays: compiled, batch by batch, from a seed."""

import contextlib

import numpy as np
from keras import ops

from keras_vae.arguments import seed_or_none, whole_number
from keras_vae.models import checks
from keras_vae.noise import stream


class Batched:
    """A model with `latent_dim`, `event_shape`, `sampling` whose functions take arrays row by row."""

    def in_batches(self, name, function, batch_size, **array):
        """Run a function of tensors, compiled under its name, over the rows of one array.

        Args:
            name: Text, the function's name in the cache of compiled functions.
            function: Function of one tensor with `batch_size` rows, or `fixed_size` of fewer; returns a tensor, or a
                tuple of them.
            batch_size: Int of at least 1.
            **array: The one array, under the argument's name: `z` is checked as codes, any other as data.

        Returns:
            What the function returns, as arrays with a row for each row of the array.
        """
        batch_size = whole_number("batch_size", batch_size)
        self.require_built()
        ((argument, rows),) = array.items()
        rows = checks.rows(argument, rows, self.latent_shape if argument == "z" else self.event_shape)
        compiled = self.compiled_function(name, function)
        n, results = rows.shape[0], None
        size = min(batch_size, fixed_size(n))
        for start in range(0, n, size):
            stop = min(start + size, n)
            batch = padded(rows[start:stop], size)
            self.check_values(argument, batch, rows)
            outputs = compiled(ops.convert_to_tensor(batch))
            single = not isinstance(outputs, (list, tuple))
            parts = [ops.convert_to_numpy(part) for part in ([outputs] if single else outputs)]
            if results is None:
                results = [np.empty((n, *part.shape[1:]), part.dtype) for part in parts]
            for result, part in zip(results, parts, strict=True):
                result[start:stop] = part[: stop - start]
        return results[0] if single else tuple(results)

    def check_values(self, argument, batch, rows):
        """Raise a ValueError that counts the rows with NaN if a batch of them has some: TensorFlow would hide it."""
        is_valid = np.isfinite if argument == "z" else self.is_valid
        with np.errstate(invalid="ignore", over="ignore"):  # infinity minus itself
            if not np.all(is_valid(batch)):
                checks.refuse_rows(argument, rows, is_valid)

    def compiled_function(self, name, function, compiler=None):
        """Return the compiled version of a function of tensors, from the cache if it has been asked for before."""
        # Compiled functions are no part of the model's state: past `setattr`, Keras does not track them.
        cache = vars(self).setdefault("_compiled_functions", {})
        if name not in cache:
            cache[name] = (compiler or self.compile_function)(function)
        return cache[name]

    def require_built(self):
        """Build the model if its encoder knows its input, and raise a ValueError if it does not."""
        self.build_if_possible()
        if not self.built:
            raise ValueError(
                "The model does not know the shape of its data yet. Call fit(x) first, or build the encoder: "
                f"vae.build((None, ...)). Received: encoder={self.encoder.name!r}, which is not built"
            )
        self.check_loaded_weights()

    @contextlib.contextmanager
    def seeded(self, seed):
        """With a seed, let the evaluation noise start from it, and give it its state back afterwards."""
        seed = seed_or_none("seed", seed)
        if seed is None:
            yield
            return
        state = self.sampling.evaluation_noise.state
        before = ops.convert_to_numpy(state).copy()
        try:
            state.assign(np.array([stream(seed, 0), 0]).astype(before.dtype))
            yield
        finally:
            state.assign(before)


def fixed_size(n: int) -> int:
    """Return the power of two to which n rows are filled up: JAX compiles each shape anew, and keeps each for ever."""
    return 1 << (int(n) - 1).bit_length()


def padded(rows, size) -> np.ndarray:
    """Return float32 rows, the first one repeated at the end up to `size`."""
    with np.errstate(over="ignore"):  # what float32 does not hold becomes infinite, and is refused as that
        rows = np.asarray(rows, dtype="float32")
    return np.concatenate([rows, np.repeat(rows[:1], size - len(rows), axis=0)]) if len(rows) < size else rows
