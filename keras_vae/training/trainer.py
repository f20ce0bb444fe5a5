"""The Keras model whose training step is a list of phases, on every backend."""

import functools
import inspect
import types
import warnings

import keras
from keras import ops

from keras_vae import batch
from keras_vae.arguments import at_least
from keras_vae.training import compile_config, given_data
from keras_vae.training.backend import Steps
from keras_vae.training.connected import connected
from keras_vae.training.guard import Guard, require_weight, warn_of_invalid_rows, warn_of_scale, warn_of_support
from keras_vae.training.measures import Count, Measures
from keras_vae.training.resumable import Resumable
from keras_vae.training.sample_weight import check_shape
from keras_vae.training.saving import Saving


class Trainer(Saving, Resumable, Steps, keras.Model):
    """A model that says *what* is minimised; the backend's `Steps` say *how*.

    A subclass has a weight `beta`, a `likelihood`, and the methods `phases()` (what a training step does),
    `losses_of(x, y, sample_weight, training)` (the losses and outputs of one batch), `check_batch(x, y)` (raise a
    ValueError where the shapes are wrong), `without_labels(y)` (y where it is a target, else None) and
    `input_shape_of_encoder()`, and the shape `event_shape` of an example.

    Each training step moves beta along the schedule, runs the phases, and skips and counts an update that is not
    finite or whose gradient's norm is above `skip_threshold`. A skipped update leaves the weights, the optimizer,
    the statistics of the layers and the logged means as they were; the step counter and the noise go on.
    """

    MEASURES = ("loss", "reconstruction_loss", "kl_loss", "elbo", "outside_support")

    def __init__(self, schedule=None, skip_threshold=None, **kwargs):
        super().__init__(**kwargs)
        self.schedule = schedule
        if skip_threshold is not None:
            skip_threshold = float(at_least("skip_threshold", skip_threshold, 0.0, strict=True))
        self.skip_threshold = skip_threshold
        self.step = self.add_weight(name="step", shape=(), initializer="zeros", dtype="int32", trainable=False)
        self.measures = Measures(self.MEASURES)
        self.skipped_updates = Count("skipped_updates")
        self.invalid_rows = Count("invalid_rows")
        self._fit_schedule = None
        self._jit_as_given = "auto"

    # What happens in a step, the same on every backend.

    def unpack(self, data):
        """Return x, the target y or None, and sample_weight of a batch; what rows of weight 0 hold is left behind."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        y = self.without_labels(y)
        if weights is None:
            return x, y, None
        check_shape(weights)
        x, y = (None if part is None else batch.without_padding(part, weights) for part in (x, y))
        return x, y, weights

    def begin_step(self):
        """Move beta along the schedule and count the step: inside the compiled step, before the phases."""
        schedule = self._fit_schedule or self.schedule
        if schedule is not None:
            self.beta.assign(schedule(ops.convert_to_tensor(self.step)))
        self.step.assign_add(1)

    def update_metrics(self, losses, outputs, x, y, sample_weight):
        """Take a batch's losses, and the metrics given to `compile`, into the epoch's means."""
        self.measures.update_state(losses, batch.size(x, sample_weight))
        if self._compile_metrics is not None:
            self.compute_metrics(x, y, outputs, sample_weight)

    def count(self, verdict, losses):
        """Count an update that is skipped, and the rows of its batch that hold NaN."""
        self.skipped_updates.update_state(verdict.skipped)
        self.invalid_rows.update_state(losses["invalid_rows"])

    def training_logs(self):
        """Return what `fit` logs."""
        return {**self.evaluation_logs(), "skipped_updates": self.skipped_updates.result()}

    def evaluation_logs(self):
        """Return what `evaluate` logs: means so far, and the beta of the latest step."""
        logs = self.get_metrics_result()
        for hidden in ("outside_support", "skipped_updates", "invalid_rows"):
            del logs[hidden]
        # `+ 0.0` makes a new tensor: PyTorch would hand out the variable itself.
        return {**logs, "beta": ops.convert_to_tensor(self.beta) + 0.0}

    def evaluate_batch(self, data):
        """Measure one batch with the same losses as in training, and return the logs."""
        x, y, sample_weight = self.unpack(data)
        losses, outputs = self.losses_of(x, y, sample_weight, training=False)
        self.invalid_rows.update_state(losses["invalid_rows"])
        self.update_metrics(losses, outputs, x, y, sample_weight)
        return self.evaluation_logs()

    # Keras' own methods, where a VAE needs more of them.

    @property
    def metrics(self):
        """The metrics that Keras resets each epoch, the loss first: `evaluate` lists it first."""
        return sorted(super().metrics, key=lambda metric: metric is not self.measures)

    def compile(self, optimizer="adam", loss=None, jit_compile="auto", **kwargs):
        """Configure the training; see `keras.Model.compile`.

        Args:
            optimizer: Name or `keras.optimizers.Optimizer`. Default "adam".
            loss: Must stay None: the loss is minus the ELBO, whose reconstruction part the likelihood says.
            jit_compile: Bool or "auto", which is right: compiled on JAX and on a GPU with TensorFlow.
            **kwargs: The other arguments of `keras.Model.compile`; `metrics` compare the target with the mean of
                p(x|z).

        Raises:
            ValueError: If a loss is given, or the devices' layout is not supported.
        """
        if loss is not None:
            raise ValueError(
                "`loss` must be None: a VAE minimises minus its ELBO; choose `likelihood` in the constructor. "
                f"Received: loss={loss!r}"
            )
        self.check_device_layout({"jit_compile": jit_compile, **kwargs})
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)
        self._loss_tracker = None  # `measures` logs the loss
        self._jit_as_given = jit_compile
        self.build_if_possible()
        self.build_optimizer()

    def get_compile_config(self):
        """Return the arguments of `compile` in a form that every backend can read."""
        config = super().get_compile_config()
        return compile_config.portable(config, self._jit_as_given) if config else config

    def compile_from_config(self, config):
        """Compile with the arguments that a file has."""
        self.compile(**keras.saving.deserialize_keras_object(config))

    def build_from(self, x):
        """Build the model, if it is not built, for data like x."""
        if not self.built:
            self.build(self.input_shape_of_encoder() or tuple(x.shape))
            self.build_optimizer()

    def build_if_possible(self):
        """Build the model if its encoder knows its input's shape; otherwise its first batch will."""
        shape = self.input_shape_of_encoder()
        if not self.built and shape is not None:
            self.build(shape)

    def build_optimizer(self):
        """Create the optimizer's variables, so that a file saved before the first step is whole."""
        if self.built and self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)

    def summary(self, *args, **kwargs):
        """Print the layers and their weights; see `keras.Model.summary`."""
        self.build_if_possible()
        return super().summary(*args, **kwargs)

    def count_params(self):
        """Count the numbers in the weights; see `keras.Model.count_params`."""
        self.build_if_possible()
        return super().count_params()

    def export(self, *args, **kwargs):
        """Write the model for inference; see `keras.Model.export`."""
        self.build_if_possible()
        if self.built:  # Keras exports what has been called only
            self(keras.KerasTensor((None, *self.event_shape), dtype="float32"), training=False)
        return super().export(*args, **kwargs)

    def load_weights(self, *args, **kwargs):
        """Load weights from a file; see `keras.Model.load_weights`."""
        self.build_if_possible()
        super().load_weights(*args, **kwargs)
        self.check_loaded_weights()

    def attach_schedule(self, schedule):
        """Let beta follow a function of the step until the present `fit` ends."""
        self._fit_schedule = schedule
        self.make_train_function(force=True)

    @functools.wraps(keras.Model.fit, assigned=())
    def fit(self, *args, **kwargs):
        """Train the model; see `keras.Model.fit`.

        Data are x alone, `(x, y)` with y the target of a denoising model (x itself by default; labels are left out,
        which is said), or `(x, y, sample_weight)`. Sample weights count without a y as well.
        """
        arguments = inspect.signature(keras.Model.fit).bind(self, *args, **kwargs).arguments
        arguments.pop("self")
        self._require_compiled("fit")
        if arguments.get("class_weight") is not None:
            raise ValueError(
                "`class_weight` must be None: a VAE knows no classes; give each row its weight as `sample_weight`. "
                f"Received: class_weight={arguments['class_weight']!r}"
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
        guard = Guard(data, checked_support=self.check_support(given.first))
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
                return super().fit(**arguments)
        finally:
            # BackupAndRestore leaves the resumed epoch behind, and the next fit(epochs=1) would run none.
            self._initial_epoch = None
            if self._fit_schedule is not None:
                self._fit_schedule = None
                self.train_function = None

    @functools.wraps(keras.Model.evaluate, assigned=())
    def evaluate(self, *args, **kwargs):
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
        warn_of_invalid_rows(self.invalid_rows.result())
        require_weight(self.measures.weight_so_far())
        return logs

    @functools.wraps(keras.Model.predict, assigned=())
    def predict(self, x, *args, **kwargs):
        """Return what `call` returns, as arrays; see `keras.Model.predict`."""
        return super().predict(self._prepare(x).x, *args, **kwargs)

    def _prepare(self, x, y=None, sample_weight=None):
        """Begin a call: check its data, and say anew what is said once a call."""
        self.build_if_possible()
        self.check_loaded_weights()
        self._told_of_labels = False
        return given_data.prepare(self, x, y, sample_weight)

    def _require_compiled(self, method):
        if not self.compiled:
            raise ValueError(f"You must call `compile()` before calling `{method}()`.")

    def check_support(self, first) -> bool:
        """Warn if a first batch is outside the likelihood's support; return whether its values are known at all."""
        target = None if first is None else first[0] if first[1] is None else first[1]
        if target is None or not hasattr(target, "__getitem__"):
            return False
        target = ops.cast(target, "float32")
        if first[2] is not None:
            target = batch.without_padding(target, ops.convert_to_tensor(first[2]))
        warn_of_support(self.likelihood, self.likelihood.outside_support(target))
        warn_of_scale(self.likelihood, ops.convert_to_numpy(target))
        return True
