"""The Keras model whose training step is a list of phases, on every backend."""

import functools
import inspect

import keras
from keras import ops

from keras_vae.arguments import at_least
from keras_vae.distributions import batch
from keras_vae.training import compile_config, first_batch
from keras_vae.training.backend import Steps
from keras_vae.training.guard import Guard, warn_of_support
from keras_vae.training.measures import Count, Measures


class Trainer(Steps, keras.Model):
    """A model that says *what* is minimised; the backend's `Steps` say *how*.

    A subclass has a weight `beta`, a `likelihood`, and the methods `phases()` (what a training step does),
    `losses_of(x, y, sample_weight, training)` (the losses and outputs of one batch), `check_batch(x, y)` (raise a
    ValueError where the shapes are wrong) and `input_shape_of_encoder()`.

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
        self._fit_schedule = None
        self._jit_as_given = "auto"

    # What happens in a step, the same on every backend.

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

    def training_logs(self):
        """Return what `fit` logs."""
        return {**self.evaluation_logs(), "skipped_updates": self.skipped_updates.result()}

    def evaluation_logs(self):
        """Return what `evaluate` logs: means so far, and the beta of the latest step."""
        logs = self.get_metrics_result()
        for hidden in ("outside_support", "skipped_updates"):
            del logs[hidden]
        # `+ 0.0` makes a new tensor: PyTorch would hand out the variable itself.
        return {**logs, "beta": ops.convert_to_tensor(self.beta) + 0.0}

    def evaluate_batch(self, x, y, sample_weight):
        """Measure one batch with the same losses as in training, and return the logs."""
        losses, outputs = self.losses_of(x, y, sample_weight, training=False)
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

    def attach_schedule(self, schedule):
        """Let beta follow a function of the step until the present `fit` ends."""
        self._fit_schedule = schedule
        self.make_train_function(force=True)

    @functools.wraps(keras.Model.fit, assigned=())
    def fit(self, *args, **kwargs):
        """Train the model; see `keras.Model.fit`.

        Data are x alone, `(x, y)` with y the target of a denoising model (x itself by default; labels are no
        target), or `(x, y, sample_weight)`.
        """
        arguments = inspect.signature(keras.Model.fit).bind(self, *args, **kwargs).arguments
        arguments.pop("self")
        data = arguments.get("x")
        batch, arguments["x"] = self.check_data(data, arguments.get("y"))
        self.check_networks(training=True)
        if isinstance(arguments.get("validation_data"), tuple):
            self.check_data(*keras.utils.unpack_x_y_sample_weight(arguments["validation_data"])[:2])
        if hasattr(data, "set_epoch"):
            arguments["shuffle"] = False  # the data's own order is a function of the epoch; Keras would shuffle it
        elif not (hasattr(data, "shape") or isinstance(data, keras.utils.PyDataset)):
            arguments.setdefault("shuffle", False)  # Keras cannot shuffle a stream, and would warn that it does not
        callbacks = arguments.get("callbacks")
        guard = Guard(data, checked_support=self.check_support(batch))
        if isinstance(callbacks, keras.callbacks.CallbackList):
            callbacks.append(guard)
        else:
            given = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
            arguments["callbacks"] = [guard, *given]
        try:
            return super().fit(**arguments)
        finally:
            # BackupAndRestore leaves the resumed epoch behind, and the next fit(epochs=1) would run none.
            self._initial_epoch = None
            if self._fit_schedule is not None:
                self._fit_schedule = None
                self.train_function = None

    @functools.wraps(keras.Model.evaluate, assigned=())
    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Measure the model on data; see `keras.Model.evaluate`. The data are those of `fit`."""
        if not kwargs.get("_use_cached_eval_dataset"):  # within fit, Keras has the data in hand: nothing may be drawn
            _, x = self.check_data(x, y)
            self.check_networks(training=False)
        return super().evaluate(x, y, *args, **kwargs)

    @functools.wraps(keras.Model.predict, assigned=())
    def predict(self, x, *args, **kwargs):
        """Return what `call` returns, as arrays; see `keras.Model.predict`."""
        return super().predict(self.check_data(x)[1], *args, **kwargs)

    def check_data(self, x, y=None):
        """Check the shapes before any step is made; return a first batch (None if unknown) and x to go on with."""
        batch, x = first_batch.peek(x, y)
        if batch is not None:
            if not self.built:
                self.build(self.input_shape_of_encoder() or tuple(batch[0].shape))
                self.build_optimizer()
            self.check_batch(*batch)
        return batch, x

    def check_support(self, batch) -> bool:
        """Warn if a batch is outside the likelihood's support; return whether its values are known at all."""
        target = None if batch is None else batch[0] if batch[1] is None else batch[1]
        if target is None or not hasattr(target, "__getitem__"):
            return False
        warn_of_support(self.likelihood, self.likelihood.outside_support(ops.cast(target, "float32")))
        return True
