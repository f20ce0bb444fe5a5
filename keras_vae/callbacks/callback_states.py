"""The states of callbacks."""

import keras

REMEMBERED = {
    keras.callbacks.EarlyStopping: ("wait", "best", "best_epoch", "stopped_epoch", "best_weights"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
    keras.callbacks.ModelCheckpoint: ("best",),
}


def collect(callbacks) -> dict:
    """Return the states of callbacks, a dict from a name such as "EarlyStopping_0.wait" to the value."""
    return {name: getattr(callback, attribute) for name, callback, attribute in _attributes(callbacks)}


def restore(callbacks, states: dict) -> None:
    """Give callbacks their states back; a callback that has none among them starts anew."""
    for name, callback, attribute in _attributes(callbacks):
        if name in states:
            setattr(callback, attribute, states[name])


def _attributes(callbacks):
    counts = {}
    for callback in callbacks:
        kind = type(callback).__name__
        counts[kind] = counts.get(kind, -1) + 1
        keras_own = (names for known, names in REMEMBERED.items() if isinstance(callback, known))
        for attribute in (*next(keras_own, ()), *getattr(callback, "BACKED_UP", ())):
            yield f"{kind}_{counts[kind]}.{attribute}", callback, attribute
