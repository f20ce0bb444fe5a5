"""The training step on TensorFlow."""

import contextlib
import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_vae.batch import replicas
from keras_vae.training import interrupts, tensorflow_adam
from keras_vae.training.optimizers import parts
from keras_vae.training.steps import BackendSteps
from keras_vae.types import Tensor


class TensorFlowSteps(BackendSteps):
    """How a phase's gradient is taken and applied with a `tf.GradientTape`, on one device or on several replicas."""

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Run the model's phases on one batch, or a replica's share of it, and return the logs."""
        with replicas.running(_present_replica()) as replica:
            parts = _own(replica, data)
            with _after(*parts):
                taken = self.take(parts)
                self.begin_step()
                for phase in self.phases():
                    self._run(phase, replica, taken)
                return self.logs(training=True)

    def _run(self, phase, replica, taken):
        before = [tf.identity(v.value) for v in self.non_trainable_weights]
        with tf.GradientTape() as tape:
            losses, outputs = self._by(
                replica, lambda: phase.loss(taken.x, taken.y, taken.sample_weight, training=True)
            )
            # Every replica has the loss of the whole batch, and the gradient of each goes through all of them.
            scaled = phase.optimizer.scale_loss(phase.minimised_of(losses)) / replica.count
        gradients = replica.total(tape.gradient(scaled, [v.value for v in phase.variables]))
        verdict = self.verdict_on(phase, losses, global_norm(gradients), taken)
        _take_sums(phase.optimizer)
        commit = self._commit if replica.count == 1 else self._commit_on_replicas
        commit(phase, gradients, verdict, before, lambda: self.measure(losses, outputs, taken))
        self.count(phase, verdict)

    def _commit(self, phase, gradients, verdict, before, measure):
        def apply():
            phase.optimizer.apply(gradients, phase.variables)
            measure()
            return tf.constant(True)

        def roll_back():
            for variable, value in zip(self.non_trainable_weights, before, strict=True):
                variable.assign(value)
            return tf.constant(False)

        tf.cond(verdict.apply, apply, roll_back)

    def _commit_on_replicas(self, phase, gradients, verdict, before, measure):
        # What the replicas do together cannot stand in a tf.cond: the update is made, and taken back.
        variables = [*self.non_trainable_weights, *phase.variables, *phase.optimizer.variables, *self.metrics_variables]
        before = [*before, *(tf.identity(v.value) for v in variables[len(before) :])]
        phase.optimizer.apply(gradients, phase.variables)
        measure()
        for variable, value in zip(variables, before, strict=True):
            variable.value.assign(tf.where(verdict.apply, variable.value, value))

    def make_train_function(self, force: bool = False) -> None:
        """Make the training step, which an interrupt does not cut in two."""
        if force or self.train_function is None:
            if self.distribute_strategy.num_replicas_in_sync == 1:
                for phase in self.phases():
                    tensorflow_adam.fuse(phase.optimizer)
            super().make_train_function(force=force)
            self.train_function = interrupts.whole(self.train_function)

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Measure one batch, or a replica's share of it, and return the logs."""
        with replicas.running(_present_replica()) as replica:
            parts = _own(replica, data)
            with _after(*parts):
                taken = self.take(parts)
                return self._by(replica, lambda: self.validate(taken))

    def _by(self, replica, function):
        """Run a replica's forward pass. The replicas' threads share the layers: each needs its own list of losses."""
        if replica.count == 1:
            return function()
        with keras.StatelessScope(collect_losses=True) as scope:
            result = function()
        for variable in [*self.non_trainable_variables, *self.metrics_variables]:
            value = scope.get_current_value(variable)
            if value is not None:
                variable.assign(value)
        return result

    def compile_function(self, function: Callable) -> Callable:
        """Return a compiled version of a function of tensors that uses the model's variables."""
        return tf.function(function, autograph=False, reduce_retracing=True)

    def compile_gradient(self, function: Callable) -> Callable:
        """Return a compiled function of tensors: a function's values, and their sum's gradient in its first one."""

        def values_and_gradient(z, *others):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(z)
                values = function(z, *others)
            return values, tape.gradient(values, z)

        return self.compile_function(values_and_gradient)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # `fit` has built the model. On several replicas Keras would draw a batch for it, out of turn.
        pass

    def check_device_layout(self, compile_arguments: dict[str, Any]) -> None:
        """Refuse what would be wrong, or fail late, on several replicas."""
        strategy = tf.distribute.get_strategy()
        if strategy.num_replicas_in_sync == 1:
            return
        if not isinstance(strategy, tf.distribute.MirroredStrategy):
            raise ValueError(
                "keras_vae trains on several replicas under tf.distribute.MirroredStrategy only. "
                f"Received: {type(strategy).__name__}"
            )
        for name, allowed in (
            ("metrics", []),
            ("weighted_metrics", []),
            ("steps_per_execution", 1),
            ("jit_compile", "auto"),
        ):
            if compile_arguments.get(name) not in (None, False, allowed):
                raise ValueError(
                    f"`{name}` must be left out on several replicas: Keras would log metrics of the first one's share "
                    "of the data, and can neither compile with XLA nor run several steps at once. Received: "
                    f"{name}={compile_arguments[name]!r}"
                )

    @staticmethod
    def share_batches(devices: Sequence[str] | None) -> contextlib.AbstractContextManager:
        """Return a scope in which a model is made whose batches the devices share; None means all GPUs."""
        devices = devices or [device.name for device in tf.config.list_logical_devices("GPU")]
        return _strategy(tuple(devices)).scope() if len(devices) > 1 else contextlib.nullcontext()


@functools.cache
def _strategy(devices):
    # One for each layout: the collective operations of a second strategy would be taken for those of the first.
    return tf.distribute.MirroredStrategy(devices)


def _present_replica() -> replicas.Replica:
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return replicas.ALONE
    return replicas.Replica(
        number=tf.convert_to_tensor(context.replica_id_in_sync_group),
        count=context.num_replicas_in_sync,
        total=lambda tensor: context.all_reduce(tf.distribute.ReduceOp.SUM, tensor),
    )


def _own(replica, data):
    """Return x, y and sample_weight; on several replicas in memory of their own.

    One NumPy array given as x and y shares its memory, which TensorFlow there overwrites while the step still needs it.
    """
    parts = keras.utils.unpack_x_y_sample_weight(data)
    if replica.count == 1:
        return parts
    return tuple(None if part is None else tf.raw_ops.DeepCopy(x=part) for part in parts)


def _after(*parts):
    """Hold a step back until its data are there: else one is counted, and its noise used up, when they have run out."""
    return tf.control_dependencies([part for part in parts if part is not None])


def global_norm(gradients: Sequence[Tensor | None]) -> Tensor:
    """Return the L2 norm of all the gradients together, as float32, whatever their types."""
    values = [g.values if isinstance(g, tf.IndexedSlices) else g for g in gradients if g is not None]
    # A sum of squares needs float32 at least.
    wide = [v if v.dtype == tf.float64 else tf.cast(v, tf.float32) for v in values]
    return tf.sqrt(2.0 * tf.add_n([tf.cast(tf.nn.l2_loss(v), tf.float32) for v in wide]))


def _take_sums(optimizer):
    """Tell an optimizer that the gradients which it gets are the sums over the replicas: they had to be judged.

    Its own sum registers a gradient of its own, which TensorFlow keeps for ever, and the whole step's graph with it.
    """
    for part in parts(optimizer):
        vars(part)["_all_reduce_sum_gradients"] = lambda pairs: pairs
