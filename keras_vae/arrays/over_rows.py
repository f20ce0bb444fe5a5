"""The decorators that run a method of tensors over the rows of arrays."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_vae.arguments import whole_number
from keras_vae.arrays.array_methods import ArrayMethods
from keras_vae.arrays.padding import fixed_size
from keras_vae.arrays.stream import BLOCK, GivenSeed, Stream
from keras_vae.types import ArrayLike


def over_rows(method: Callable) -> Callable:
    """Make a method of tensors a method of arrays that draws nothing: compiled, `batch_size` rows at a time.

    Args:
        method: Method of an `ArrayMethods` whose arguments are arrays with as many rows each (those that are None are
            left out), and `batch_size`, of which it makes no use. It returns a tensor with a row for each row, or a
            tuple of them.

    Returns:
        The method that takes arrays, and returns NumPy arrays.
    """
    signature = inspect.signature(method)

    @functools.wraps(method)
    def over_arrays(model: ArrayMethods, *args: Any, **kwargs: Any) -> np.ndarray | tuple[np.ndarray, ...]:
        bound = signature.bind(model, *args, **kwargs)
        bound.apply_defaults()
        _, *arguments = bound.arguments.items()
        arrays = dict(arguments)
        batch_size = whole_number("batch_size", arrays.pop("batch_size"))
        rows = model.rows_of(**arrays)
        names = tuple(rows)

        def function(*tensors):
            parts = dict(zip(names, tensors, strict=True))
            return method(model, batch_size=None, **{**dict.fromkeys(arrays), **parts})

        compiled = model.compiled_function((method.__name__, names), _named(function, method))
        n = _number(rows)
        return _gathered(model, rows, min(batch_size, fixed_size(n)), lambda block, *tensors: compiled(*tensors))

    return over_arrays


def drawn_over_rows(method: Callable) -> Callable:
    """Make a method of tensors that draws a method of arrays: compiled, in blocks of rows that never change.

    What a row gets hangs on the stream, on its place and on what stands in it, and on nothing else: there is no batch
    size, and the first rows of a longer array get what they get alone.

    Args:
        method: Method of an `ArrayMethods`, whose arguments are arrays with as many rows each (those that are None are
            left out), and `seed`, a `keras.random.SeedGenerator`. It returns a tensor with a row for each row, or a
            tuple of them.

    Returns:
        The method that takes arrays, and a `Stream` as `stream`, and returns NumPy arrays.
    """

    @functools.wraps(method)
    def over_arrays(
        model: ArrayMethods, *, stream: Stream, **arrays: ArrayLike | None
    ) -> np.ndarray | tuple[np.ndarray, ...]:
        rows = model.rows_of(**arrays)
        names = tuple(rows)

        def function(state, *tensors):
            parts = dict(zip(names, tensors, strict=True))
            return method(model, seed=GivenSeed(state), **{**dict.fromkeys(arrays), **parts})

        compiled = model.compiled_function((method.__name__, names), _named(function, method))

        def of_block(block, *tensors):
            return compiled(model.seed_tensor(stream.part(block)), *tensors)

        return _gathered(model, rows, BLOCK, of_block)

    return over_arrays


def _named(function: Callable, method: Callable) -> Callable:
    """Return the function under the method's name: TensorFlow counts, and warns of, traces by code and name."""
    function.__code__ = function.__code__.replace(co_name=method.__name__)
    return function


def _number(rows: dict[str, Any]) -> int:
    return next(iter(rows.values())).shape[0]


def _gathered(
    model: ArrayMethods, rows: dict[str, Any], size: int, function: Callable
) -> np.ndarray | tuple[np.ndarray, ...]:
    """Run a function of a block's number and its tensors over all blocks of `size` rows, and gather what it returns."""
    results: list[np.ndarray] = []
    n, is_single = _number(rows), True
    for block, start in enumerate(range(0, n, size)):
        stop = min(start + size, n)
        outputs = function(block, *model.batches(rows, size, start))
        is_single = not isinstance(outputs, (list, tuple))
        parts = [ops.convert_to_numpy(part) for part in ([outputs] if is_single else outputs)]
        results = results or [np.empty((n, *part.shape[1:]), part.dtype) for part in parts]
        for result, part in zip(results, parts, strict=True):
            result[start:stop] = part[: stop - start]
    return results[0] if is_single else tuple(results)
