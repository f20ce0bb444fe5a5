"""The Keras model whose training step is a list of phases, on every backend."""

import functools
import inspect
import types
import warnings
from collections.abc import Sequence
from typing import Any

import keras

from keras_vae.arguments import at_least
from keras_vae.noise import SavesNoise
from keras_vae.training import given_data
from keras_vae.training.backend import Steps
from keras_vae.training.compiling import Compiling
from keras_vae.training.connected import connected
from keras_vae.training.guard import Guard, require_weight, warn_of_invalid_rows
from keras_vae.training.hooks import Hooks
from keras_vae.training.measures import Count, Measures
from keras_vae.training.phased_step import PhasedStep
from keras_vae.training.resumable import Resumable
from keras_vae.training.saving import Saving
from keras_vae.training.scheduling import Scheduling


class Trainer(Saving, Resumable, SavesNoise, Hooks, Compiling, Scheduling, PhasedStep, Steps, keras.Model):
    """A model that says *what* is minimised; the backend's `Steps` say *how*.

    A subclass overrides the methods of `Hooks`, of which `phases()` says what a training step does, and
    `noise_states()`, and calls `schedule_weight` for each weight of its loss that a schedule may move.

    Each training step moves the scheduled weights, runs the phases, and skips and counts, phase by phase, an update
    that is not finite or whose gradient's norm is above `skip_threshold`. A skipped update leaves the weights, the
    optimizer, the statistics of the layers and the logged means as they were; the step counter and the noise go on.

    Args:
        measures: Names of the scalars that the phases' losses hold, the first one listed first by `evaluate`.
        phases: Names of the phases. Default one, `"training"`.
        skip_threshold: None, or the norm of a phase's gradient above which its update is skipped. Default None.
        **kwargs: `name`, `dtype`, `trainable`, as for every Keras model.
    """

    def __init__(
        self,
        measures: Sequence[str] = ("loss",),
        phases: Sequence[str] = ("training",),
        skip_threshold: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        # Past `setattr`, Keras does not track them: what they hold is not part of a model's file.
        self.__dict__["scheduled"], self.__dict__["compiled_steps"] = {}, {}
        if skip_threshold is not None:
            skip_threshold = float(at_least("skip_threshold", skip_threshold, 0.0, strict=True))
        self.skip_threshold = skip_threshold
        self.step = self.add_weight(name="step", shape=(), initializer="zeros", dtype="int32", trainable=False)
        self.measures = Measures(measures)
        self.skipped_updates = {
            name: Count(f"skipped_updates_{name}" if i else "skipped_updates") for i, name in enumerate(phases)
        }
        self.invalid_rows = Count("invalid_rows")
        for name in self.FURTHER_OPTIMIZERS:
            setattr(self, name, None)
        self._told_of_labels = False
        self._jit_as_given = "auto"

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The metrics that Keras resets each epoch, the loss first: `evaluate` lists it first."""
        return sorted(super().metrics, key=lambda metric: metric is not self.measures)

    def build_if_possible(self) -> None:
        """Build the model if the shape of its data is known; otherwise its first batch will."""
        shape = self.known_input_shape()
        if not self.built and shape is not None:
            self.build(shape)

    def summary(self, *args: Any, **kwargs: Any) -> None:
        """Print the layers and their weights; see `keras.Model.summary`."""
        self.build_if_possible()
        return super().summary(*args, **kwargs)

    def count_params(self) -> int:
        """Count the numbers in the weights; see `keras.Model.count_params`."""
        self.build_if_possible()
        return super().count_params()

    def export(self, *args: Any, **kwargs: Any) -> None:
        """Write the model for inference; see `keras.Model.export`."""
        self.build_if_possible()
        if self.built:  # Keras exports what has been called only
            shape = self.known_input_shape()
            shapes = shape if isinstance(shape, list) else [shape]
            symbolic = [keras.KerasTensor(part, dtype="float32") for part in shapes]
            self(symbolic if isinstance(shape, list) else symbolic[0], training=False)
        return super().export(*args, **kwargs)

    def load_weights(self, *args: Any, **kwargs: Any) -> None:
        """Load weights from a file; see `keras.Model.load_weights`."""
        self.build_if_possible()
        super().load_weights(*args, **kwargs)
        self.check_loaded_weights()

    @functools.wraps(keras.Model.fit, assigned=())
    def fit(self, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """Train the model; see `keras.Model.fit`.

        Data are x alone, `(x, y)`, where the model class says what y is (the target of a denoising VAE; labels are
        left out, which is said), or `(x, y, sample_weight)`. Sample weights count without a y as well.
        """
        arguments = inspect.signature(keras.Model.fit).bind(self, *args, **kwargs).arguments
        arguments.pop("self")
        self._require_compiled("fit")
        if arguments.get("class_weight") is not None:
            raise ValueError(
                f"`class_weight` must be None: {self.NO_CLASS_WEIGHT}. Received: "
                f"class_weight={arguments['class_weight']!r}"
            )
        data = arguments.get("x")
        given = self._prepare(data, arguments.get("y"), arguments.get("sample_weight"))
        self.check_networks(training=True)
        arguments |= {"x": given.x, "y": given.y, "sample_weight": given.sample_weight}
        if not isinstance(arguments.get("validation_data"), types.GeneratorType | None):
            validation = given_data.prepare(self, *keras.utils.unpack_x_y_sample_weight(arguments["validation_data"]))
            arguments["validation_data"] = (validation.x, validation.y, validation.sample_weight)
        if hasattr(data, "set_epoch"):
            arguments["shuffle"] = False  # the data's own order is a function of the epoch; Keras would shuffle it
        elif not (hasattr(given.x, "shape") or isinstance(data, keras.utils.PyDataset)):
            arguments.setdefault("shuffle", False)  # Keras cannot shuffle a stream, and would warn that it does not
        callbacks = arguments.get("callbacks")
        guard = Guard(data, given.first is not None and self.check_first_batch(*given.first))
        if isinstance(callbacks, keras.callbacks.CallbackList):
            callbacks.callbacks = connected([*callbacks.callbacks, guard], data)
            callbacks.set_model(self)
        else:
            own = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
            arguments["callbacks"] = connected([guard, *own], data)
        try:
            with warnings.catch_warnings():
                if hasattr(data, "set_epoch"):  # an epoch that goes on in its middle is short, and Keras takes note
                    warnings.filterwarnings("ignore", message="Your input ran out of data")
                with self.averages_at_the_end():
                    return super().fit(**arguments)
        finally:
            # BackupAndRestore leaves the resumed epoch behind, and the next fit(epochs=1) would run none.
            self._initial_epoch = None
            self.detach_schedules()

    @functools.wraps(keras.Model.evaluate, assigned=())
    def evaluate(self, *args: Any, **kwargs: Any) -> Any:
        """Measure the model on data; see `keras.Model.evaluate`. The data are those of `fit`."""
        if kwargs.get("_use_cached_eval_dataset"):  # within fit, Keras has the data in hand: nothing may be drawn
            return super().evaluate(*args, **kwargs)
        arguments = inspect.signature(keras.Model.evaluate).bind(self, *args, **kwargs).arguments
        arguments.pop("self")
        arguments |= arguments.pop("kwargs", {})
        self._require_compiled("evaluate")
        given = self._prepare(arguments.get("x"), arguments.get("y"), arguments.get("sample_weight"))
        self.check_networks(training=False)
        arguments |= {"x": given.x, "y": given.y, "sample_weight": given.sample_weight}
        logs = super().evaluate(**arguments)
        warn_of_invalid_rows(self.invalid_rows.so_far(), self.INVALID_VALUES)
        require_weight(self.measures.weight_so_far())
        return logs

    @functools.wraps(keras.Model.predict, assigned=())
    def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what `call` returns, as arrays; see `keras.Model.predict`."""
        return super().predict(self.prepare_inputs(x), *args, **kwargs)

    def prepare_inputs(self, x: Any) -> Any:
        """Return what `predict` was given, checked: x, or what else `call` takes."""
        return self._prepare(x).x

    def _prepare(self, x, y=None, sample_weight=None):
        """Begin a call: check its data, and say anew what is said once a call."""
        self.build_if_possible()
        self.check_loaded_weights()
        self._told_of_labels = False
        return given_data.prepare(self, x, y, sample_weight)

    def _require_compiled(self, method):
        if not self.compiled:
            raise ValueError(f"You must call `compile()` before calling `{method}()`.")
