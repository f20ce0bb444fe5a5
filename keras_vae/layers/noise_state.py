"""The state of the noise in a saved file: Keras saves weights, but not where a `SeedGenerator` stands."""

import numpy as np
from keras import ops


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
