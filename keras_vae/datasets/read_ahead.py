"""Threads that read ahead."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class ReadAhead:
    """Threads that work out the results which follow the one that is asked for.

    A result is known by its epoch and its number, so that none can be taken for that of another epoch. What was begun
    and is not among those that follow now is forgotten.

    Args:
        workers: Int of at least 1, the number of threads.
        depth: Int of at least 1, how many results are begun beside the one that is asked for.
    """

    def __init__(self, workers: int, depth: int):
        self.workers, self.depth = workers, depth
        self._begun: dict[tuple[int, int], Future] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="keras_vae_batches")

    def get(self, function: Callable[[int], Any], epoch: int, index: int, end: int) -> Any:
        """Return `function(index)`, and begin those after it, below `end`."""
        with self._lock:
            begun = {}
            for i in range(index, min(index + 1 + self.depth, end)):
                begun[epoch, i] = self._begun.get((epoch, i)) or self._pool.submit(function, i)
            result = begun.pop((epoch, index))
            self._begun = begun
        return result.result()

    def __reduce__(self) -> tuple:
        """Copy and pickle without the threads."""
        return type(self), (self.workers, self.depth)
