"""keras-tuner's callbacks within a trial."""

from collections.abc import Sequence
from typing import Any

import keras
from keras_tuner.src.engine.tuner_utils import SaveBestEpoch, TunerCallback  # they have no public name


def checkpoints(callbacks: Sequence[Any]) -> list[str]:
    """Return the paths at which the tuner looks for the trial's weights."""
    return [callback.filepath for callback in callbacks if isinstance(callback, SaveBestEpoch)]


def callbacks_of_training(callbacks: Sequence[Any]) -> list:
    """Leave out the tuner's checkpoint, and the hooks for batches of its own callback, which would slow each step."""
    kept = [callback for callback in callbacks if not isinstance(callback, SaveBestEpoch)]
    return [_EpochHooks(c) if isinstance(c, TunerCallback) else c for c in kept]


class _EpochHooks(keras.callbacks.Callback):
    """Calls a tuner's `on_epoch_begin` and `on_epoch_end`."""

    def __init__(self, callback):
        super().__init__()
        self.callback = callback

    def __deepcopy__(self, memo):
        return _EpochHooks(self.callback)  # the tuner, and the data that it holds, are not to be copied

    def on_epoch_begin(self, epoch, logs=None):
        self.callback.set_model(self.model)
        self.callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self.callback.on_epoch_end(epoch, logs)
