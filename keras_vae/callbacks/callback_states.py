"""The states of callbacks."""

from collections.abc import Iterable
from typing import Any

import keras

REMEMBERED = {
    keras.callbacks.EarlyStopping: ("wait", "best", "best_epoch", "stopped_epoch", "best_weights"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
    keras.callbacks.ModelCheckpoint: ("best",),
}


def collect(callbacks: Iterable[keras.callbacks.Callback]) -> dict[str, Any]:
    """Return the states of callbacks, a dict from a name such as "EarlyStopping_0.wait" to the value."""
    return {name: getattr(callback, attribute) for name, callback, attribute in _attributes(callbacks)}


def restore(callbacks: Iterable[keras.callbacks.Callback], states: dict[str, Any]) -> None:
    """Give callbacks their states back; a callback that has none among them starts anew."""
    for name, callback, attribute in _attributes(callbacks):
        if name in states:
            setattr(callback, attribute, states[name])


def _attributes(callbacks):
    counts: dict[str, int] = {}
    for callback in callbacks:
        kind = type(callback).__name__
        counts[kind] = counts.get(kind, -1) + 1
        keras_own = (names for known, names in REMEMBERED.items() if isinstance(callback, known))
        for attribute in (*next(keras_own, ()), *getattr(callback, "BACKED_UP", ())):
            yield f"{kind}_{counts[kind]}.{attribute}", callback, attribute
