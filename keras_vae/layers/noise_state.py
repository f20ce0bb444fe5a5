"""Where the noise starts, and where it stands in a saved file: Keras saves weights, but no `SeedGenerator`."""

import numpy as np
from keras import ops


def stream(seed: int, number: int) -> int:
    """Return the seed of one of several streams of noise that belong to a user's seed.

    On PyTorch Keras seeds a draw with seed + counter: the second draw of seed 1 would be the first of seed 2. Here
    neighbouring seeds lie far apart.
    """
    return int(np.random.SeedSequence([seed % 2**32, number]).generate_state(1)[0]) % 2**31


def save(states: dict, store) -> None:
    """Write the states of seed generators, a dict from name to variable, as int64: each backend has its own type."""
    for name, state in states.items():
        store[name] = np.asarray(ops.convert_to_numpy(state), dtype="int64")


def load(states: dict, store) -> dict:
    """Take the states of seed generators from a store, and return what else it holds."""
    rest = {key: store[key] for key in store.keys()}
    for name, state in states.items():
        state.assign(np.asarray(rest.pop(name)).astype(state.dtype))
    return rest
