"""Random numbers from a seed that is an argument, and no state."""

import threading
from typing import Self

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import seed_or_none
from keras_vae.types import Tensor

# How many rows are drawn at once, whatever `batch_size` is: what a row gets hangs on its place and the seed alone.
BLOCK = 128

_one_at_a_time = threading.Lock()


class Stream:
    """Where the draws of one call start: a seed, and the place within the call.

    Args:
        numbers: Ints; each other tuple of them is another stream.
    """

    def __init__(self, *numbers: int):
        self.numbers = numbers

    def part(self, *numbers: int) -> "Stream":
        """Return the stream of a part of the call, such as a block of rows."""
        return Stream(*self.numbers, *numbers)

    def state(self) -> np.ndarray:
        """Return the two words from which a `GivenSeed` starts, an int64 array of shape `(2,)`."""
        numbers = [number % 2**64 for number in self.numbers]
        words = np.random.SeedSequence([len(numbers), *numbers]).generate_state(2)  # (0, 0) is not (0, 0, 0)
        return words.astype("int64") >> 2  # of less than 31 bits: a count must fit into an int32

    def seed(self) -> int:
        """Return an int seed that belongs to the stream, for whoever takes no other."""
        return int(self.state()[0])

    @classmethod
    def of(cls, seed: int | None, noise: keras.random.SeedGenerator) -> Self:
        """Return the stream of a user's seed; without one the next of some noise, so that no two calls repeat.

        Args:
            seed: Int or None.
            noise: The generator to take the next stream from, where the seed is None.
        """
        seed = seed_or_none("seed", seed)
        if seed is not None:
            return cls(0, seed)
        with _one_at_a_time:
            drawn = ops.convert_to_numpy(noise.next())
        return cls(1, *map(int, drawn))


class GivenSeed(keras.random.SeedGenerator):
    """A seed generator that starts from a tensor, an argument of a compiled function, and has no variable.

    Args:
        state: Int tensor of shape (2,), as `Stream.state` returns it.
    """

    def __init__(self, state: Tensor):  # without the constructor of Keras, which makes a variable
        self.start = state
        self.count = 0

    def next(self, ordered: bool = True) -> Tensor:
        """Return the next seed, a tensor of shape (2,)."""
        step = ops.convert_to_tensor(np.array([0, self.count]), dtype=self.start.dtype)
        self.count += 1
        return self.start + step
