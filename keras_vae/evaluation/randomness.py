"""The random numbers of a score: from its seed, but of no other stream with the same seed."""

import zlib

import numpy as np


def generator(name: str, seed: int | None) -> np.random.Generator:
    """Return the generator that belongs to a score's name and a seed; None never repeats.

    Codes that a user drew from `numpy.random.default_rng(0)` would otherwise meet the same numbers again in a score
    with seed 0, and noise that equals the code is no noise.
    """
    if seed is None:
        return np.random.default_rng()
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"`seed` must be an int of at least 0, or None. Received: seed={seed!r}")
    return np.random.default_rng([zlib.crc32(name.encode()), int(seed)])


def rows(name: str, n: int, num: int, seed: int | None):
    """Return which rows stand for n of them: `num` at random, in their order, or all.

    Not the first ones: data may be sorted by class, and the first half of MNIST's test split is the easier one.
    """
    return np.sort(generator(name, seed).permutation(n)[:num]) if num < n else slice(None)
