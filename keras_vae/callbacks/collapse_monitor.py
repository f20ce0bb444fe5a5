"""A monitor of posterior collapse."""

import warnings

import keras
from keras import ops

from keras_vae.arguments import at_least, whole_number
from keras_vae.evaluation import active_units
from keras_vae.rows import as_rows


class CollapseMonitor(keras.callbacks.Callback):
    """Log the number of active units and the KL of the code each epoch, and warn once if the code is lost.

    It encodes the given data at the end of each epoch (nothing is drawn, nothing decoded) and adds `active_units`
    and `monitored_kl` (nats per example) to the logs. Once no unit has been active for `patience` epochs in a row it
    warns, with what to try; `evaluation.diagnose` gives the full evidence after the training.

    Args:
        x: Array of shape `(n, ...)`, at least two examples; a few hundred are enough.
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

    def __init__(self, x, threshold: float = 0.01, patience: int = 5):
        super().__init__()
        if not len(getattr(x, "shape", ())) or x.shape[0] < 2:
            raise ValueError(f"`x` must be an array of at least two examples. Received: {getattr(x, 'shape', x)!r}")
        self.x = as_rows("x", x)
        self.threshold = at_least("threshold", threshold, 0.0)
        self.patience = whole_number("patience", patience)
        self.empty_epochs = 0
        self.warned = False

    def on_train_begin(self, logs=None):
        """Start counting, and refuse a model that has no code."""
        if not hasattr(self.model, "encode"):
            raise ValueError(f"CollapseMonitor needs a keras_vae.VAE. Received: a {type(self.model).__name__}")
        self.empty_epochs, self.warned = 0, False

    def on_epoch_end(self, epoch, logs=None):
        """Measure the code."""
        mean, log_var = self.model.encode(self.x)
        units = active_units(mean, log_var, self.threshold)
        if logs is not None:
            logs["active_units"] = float(units["active_units"])
            logs["monitored_kl"] = sum(units["kl_per_dimension"])
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
