"""Random number generators of the scores."""

import zlib

import numpy as np

from keras_vae.arguments import whole_number


def generator(name: str, seed: int | None) -> np.random.Generator:
    """Return the generator that belongs to a score's name and a seed; None never repeats.

    Codes that a user drew from `numpy.random.default_rng(0)` would otherwise meet the same numbers again in a score
    with seed 0, and noise that equals the code is no noise.
    """
    if seed is None:
        return np.random.default_rng()
    return np.random.default_rng([zlib.crc32(name.encode()), whole_number("seed", seed, low=0)])


def state(seed: int | None) -> int | None:
    """Return the `random_state` of scikit-learn that belongs to a seed; it takes no more than 32 bits."""
    return None if seed is None else whole_number("seed", seed, low=0) % 2**32


def rows(name: str, n: int, num: int, seed: int | None):
    """Return which rows stand for n of them: `num` at random, in their order, or all.

    Not the first ones: data may be sorted by class, and the first half of MNIST's test split is the easier one.
    """
    random = generator(name, seed)
    return np.sort(random.permutation(n)[:num]) if num < n else slice(None)
