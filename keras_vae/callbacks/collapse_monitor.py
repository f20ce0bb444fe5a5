"""A monitor of posterior collapse."""

import warnings
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import at_least, whole_number
from keras_vae.evaluation import active_units
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike


class CollapseMonitor(keras.callbacks.Callback):
    """Log the number of active units and the KL of the code each epoch, and warn once if the code is lost.

    It encodes the given data at the end of each epoch (nothing is decoded, and nothing drawn unless the KL must be
    estimated) and adds `active_units` and `monitored_kl`, the model's own KL in nats per example, to the logs. Once no
    unit has been active for `patience` epochs in a row it warns, with what to try; `evaluation.diagnose` gives the full
    evidence after the training.

    Args:
        x: Array of shape `(n, ...)`, at least two examples; a few hundred are enough.
        y: Array of n conditions of a conditional model, or None. Default None.
        threshold: Float of at least 0, variance of the posterior mean above which a unit is active. Default 0.01.
        patience: Int of at least 1, epochs without an active unit before the warning: early in a training the code
            may be empty for a while. Default 5.

    Raises:
        ValueError: If an argument is out of its range, or x has not two rows.

    Example:
    >>> vae.fit(x, epochs=2, callbacks=[keras_vae.callbacks.CollapseMonitor(x_test)])

    Reference: Burda et al. 2016, "Importance weighted autoencoders", section 5.2.
    """

    BACKED_UP = ("empty_epochs", "warned")

    def __init__(self, x: ArrayLike, threshold: float = 0.01, patience: int = 5, y: ArrayLike | None = None):
        super().__init__()
        if not len(getattr(x, "shape", ())) or x.shape[0] < 2:
            raise ValueError(f"`x` must be an array of at least two examples. Received: {getattr(x, 'shape', x)!r}")
        self.x, self.y = as_rows("x", x), y
        self.threshold = at_least("threshold", threshold, 0.0)
        self.patience = whole_number("patience", patience)
        self.empty_epochs = 0
        self.warned = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start counting, and refuse a model that has no code."""
        if not hasattr(self.model, "kl"):
            raise ValueError(f"CollapseMonitor needs a keras_vae.VAE. Received: a {type(self.model).__name__}")
        self.empty_epochs, self.warned = 0, False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Measure the code."""
        units = active_units(self.model.codes(self.x, self.y), threshold=self.threshold)
        if logs is not None:
            logs["active_units"] = float(units["active_units"])
            logs["monitored_kl"] = float(np.mean(self.model.kl(self.x, self.y, seed=0), dtype="float64"))
        self.empty_epochs = 0 if units["active_units"] else self.empty_epochs + 1
        if self.empty_epochs >= self.patience and not self.warned:
            self.warned = True
            beta = float(ops.convert_to_numpy(self.model.beta))
            warnings.warn(
                f"The code has collapsed: no unit has been active for {self.empty_epochs} epochs (beta is now "
                f"{beta:g}). Try a warm-up of beta (callbacks.BetaAnnealing), beta of 1 or below, "
                "free_bits, or a smaller decoder; evaluation.diagnose(vae, x) gives the evidence.",
                stacklevel=2,
            )
