"""Seeds of noise, and its state in saved files."""

from typing import Any

import keras
import numpy as np
from keras import ops


def stream(seed: int, number: int) -> int:
    """Return the seed of one of several streams of noise that belong to a user's seed.

    On PyTorch Keras seeds a draw with seed + counter: the second draw of seed 1 would be the first of seed 2. Here
    neighbouring seeds lie far apart.
    """
    return int(np.random.SeedSequence([seed % 2**32, number]).generate_state(1)[0]) % 2**31


def of_training_and_evaluation(seed: int | None, number: int = 0) -> tuple:
    """Return the generators of training and of evaluation: two streams, so that validation changes no training.

    Args:
        seed: Int or None, from which Python's `random` draws the starts.
        number: Int, the number of the first of the seed's two streams. Default 0.
    """
    starts = (None, None) if seed is None else (stream(seed, number), stream(seed, number + 1))
    return tuple(keras.random.SeedGenerator(start) for start in starts)


def for_draws(seed: Any, count: int) -> list:
    """Return a seed for each of several draws of one call: with one int they would all draw the same numbers.

    Args:
        seed: `keras.random.SeedGenerator`, which never repeats itself, or int.
        count: Int, how many draws.
    """
    return [stream(seed, number) for number in range(count)] if isinstance(seed, int) else [seed] * count


class SavesNoise:
    """A layer or model that saves, besides its weights, where its noise stands; a subclass writes `noise_states`."""

    def noise_states(self) -> dict:
        """Return the states of the seed generators, a dict from name to variable."""
        raise NotImplementedError(f"{type(self).__name__} must define `noise_states`.")

    def save_own_variables(self, store: Any) -> None:
        """Save the weights and the noise, as int64: each backend has its own type for it."""
        super().save_own_variables(store)  # type: ignore[misc]
        for name, state in self.noise_states().items():
            store[name] = np.asarray(ops.convert_to_numpy(state), dtype="int64")

    def load_own_variables(self, store: Any) -> None:
        """Load the weights and the noise. A layer that the file does not know, such as a new dropout, keeps its own."""
        for name, state in self.noise_states().items():
            if name in store.keys():
                state.assign(np.asarray(store[name]).astype(state.dtype))
        # Keras numbers the weights; the other names are noise, of this model or of the one that was saved.
        super().load_own_variables({key: store[key] for key in store.keys() if key.isdigit()})  # type: ignore[misc]
