"""The callbacks of a `fit` that must know its data and the other callbacks."""

from typing import Any

import keras


def connected(callbacks: list, data: Any) -> list[keras.callbacks.Callback]:
    """Return the callbacks, those with a method `connect` last, after it was called with the data and the others.

    They store what the others have done in an epoch, and must come after them.

    Args:
        callbacks: List of `keras.callbacks.Callback`.
        data: What `fit` was given as x.
    """
    callbacks = keras.tree.flatten(callbacks)
    last = [callback for callback in callbacks if hasattr(callback, "connect")]
    others = [callback for callback in callbacks if not hasattr(callback, "connect")]
    for callback in last:
        callback.connect(data, others)
    return others + last
