"""The order of the rows in an epoch."""

import numpy as np

from keras_vae.arguments import true_or_false, whole_number


def epoch_order(
    num_rows: int, seed: int, epoch: int, shuffle: bool = True, process: int = 0, num_processes: int = 1
) -> np.ndarray:
    """Return the rows of an epoch in the order in which they are drawn: a function of its arguments alone.

    The order is that of NumPy's generator seeded with `[seed, epoch]`. Of several processes each takes every
    `num_processes`-th row of it: shares of one size that have no row in common. Batches of b rows in each of p
    processes are together the batches of p b rows that one process would draw. Up to `num_processes - 1` rows at the
    end of the order do not fill a share and are left out of this epoch.

    Args:
        num_rows: Int of at least 1, the number of rows of the data.
        seed: Int of at least 0.
        epoch: Int of at least 0.
        shuffle: Bool; False keeps the rows' order. Default True.
        process: Int from 0 to below `num_processes`, which share. Default 0.
        num_processes: Int of at least 1 and at most `num_rows`. Default 1.

    Returns:
        Int array of shape `(num_rows // num_processes,)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
    >>> rows = keras_vae.datasets.epoch_order(1000, seed=1, epoch=0)
    """
    num_rows = whole_number("num_rows", num_rows)
    seed, epoch, process = (
        whole_number(name, value, low=0) for name, value in (("seed", seed), ("epoch", epoch), ("process", process))
    )
    num_processes = whole_number("num_processes", num_processes)
    shuffle = true_or_false("shuffle", shuffle)
    if num_processes > num_rows:
        raise ValueError(
            f"`num_processes` must be at most the number of rows, {num_rows}. Received: num_processes={num_processes}"
        )
    if process >= num_processes:
        raise ValueError(
            f"`process` must be from 0 to below num_processes={num_processes}. Received: process={process}"
        )
    order = np.random.default_rng([seed, epoch]).permutation(num_rows) if shuffle else np.arange(num_rows)
    return order[process::num_processes][: num_rows // num_processes]
