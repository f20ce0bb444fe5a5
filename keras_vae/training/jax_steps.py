"""The training step on JAX."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import keras
from jax import numpy as jnp

from keras_vae.training import interrupts, optimizers
from keras_vae.training.steps import BackendSteps
from keras_vae.types import Tensor


class JaxSteps(BackendSteps):
    """How a phase's gradient is taken and applied with `jax.grad`, and state carried through a pure function."""

    _jax_state: dict[str, Any] | None

    @property
    def non_trainable_variables(self) -> list[keras.Variable]:
        """What Keras carries through each step besides the weights, the first optimizer and the metrics."""
        further = (getattr(self, name, None) for name in self.FURTHER_OPTIMIZERS)
        further = [variable for optimizer in further if optimizer is not None for variable in optimizer.variables]
        offsets = [weight.offset for weight in vars(self).get("scheduled", {}).values()]
        return [*self._written_by_layers(), *further, *offsets]

    def _written_by_layers(self):
        """Return the variables that a forward pass may write."""
        return super().non_trainable_variables

    def train_step(self, state: Sequence[list], data: Any) -> tuple[dict[str, Tensor], tuple[list, ...]]:
        """Run the model's phases on one batch, and return the logs and the new state."""
        groups = (
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        )
        with _scope(groups, state):
            taken = self.take(data)
            self.begin_step()
            for phase in self.phases():
                self._run(phase, taken)
            return self.logs(training=True), _values(groups)

    def _run(self, phase, taken):
        everything = [*self.variables, *self.metrics_variables, *phase.optimizer.variables]
        before = [v.value for v in everything]
        written = self._written_by_layers()

        def scaled_loss(values):
            mapping = [*zip(everything, before, strict=True), *zip(phase.variables, values, strict=True)]
            # Without collect_losses every add_loss would be dropped silently.
            with keras.StatelessScope(state_mapping=mapping, collect_losses=True):
                losses, outputs = phase.loss(taken.x, taken.y, taken.sample_weight, training=True)
                scaled = phase.optimizer.scale_loss(phase.minimised_of(losses))
                return scaled, (losses, outputs, [v.value for v in written])

        gradient = jax.grad(scaled_loss, has_aux=True)
        gradients, (losses, outputs, new_written) = gradient([v.value for v in phase.variables])
        verdict = self.verdict_on(phase, losses, global_norm(gradients), taken)

        def apply():
            with keras.StatelessScope(state_mapping=zip(everything, before, strict=True)):
                _assign(written, new_written)
                self.measure(losses, outputs, taken)
                trainable, optimizer = phase.optimizer.stateless_apply(
                    [v.value for v in phase.optimizer.variables], gradients, [v.value for v in phase.variables]
                )
                _assign(phase.variables, trainable)
                _assign(phase.optimizer.variables, optimizer)
                return [v.value for v in everything]

        _assign(everything, jax.lax.cond(verdict.apply, apply, lambda: before))
        noise = {id(v) for v in written} - {id(v) for v in self.non_trainable_weights}
        for variable, value in zip(written, new_written, strict=True):
            if id(variable) in noise:  # a skipped batch's noise is used up
                variable.assign(value)
        self.count(phase, verdict)

    def test_step(self, state: Sequence[list], data: Any) -> tuple[dict[str, Tensor], tuple[list, ...]]:
        """Measure one batch, and return the logs and the new state."""
        groups = (self.trainable_variables, self.non_trainable_variables, self.metrics_variables)
        with _scope(groups, state):
            return self.validate(self.take(data)), _values(groups)

    def compile_function(self, function: Callable) -> Callable:
        """Return a compiled version of a function of tensors that uses the model's variables."""
        groups = (self.trainable_variables, self._written_by_layers())

        @jax.jit
        def pure(state, arrays):
            with _scope(groups, state):
                outputs = function(*arrays)
                # Only what was written goes back: that of a user's layer, and else calls from threads would meet there.
                pairs = zip(groups[1], state[1], strict=True)
                return outputs, {i: v.value for i, (v, before) in enumerate(pairs) if v.value is not before}

        def compiled(*arrays):
            outputs, written = pure(_values(groups), arrays)
            for i, value in written.items():
                groups[1][i].assign(value)
            return outputs

        return compiled

    def compile_gradient(self, function: Callable) -> Callable:
        """Return a compiled function of tensors: a function's values, and their sum's gradient in its first one."""

        def values_and_gradient(z, *others):
            def total(z):
                values = function(z, *others)
                return jnp.sum(values), values

            gradient, values = jax.grad(total, has_aux=True)(z)
            return values, gradient

        return self.compile_function(values_and_gradient)

    def make_train_function(self, force: bool = False) -> None:
        """Compile the training step; a new one is traced anew."""
        if force or self.train_function is None:
            # jax.jit keys its traces on the function: the same bound method would meet the trace of an old schedule.
            train_step = type(self).train_step
            self.__dict__["train_step"] = lambda state, data: train_step(self, state, data)
        super().make_train_function(force=force)

    def _make_function(self, step_function, concatenate_outputs=False):
        """Let each step of training, evaluation and prediction leave its new state where an interrupt finds it."""
        names = ("trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables")

        def kept(state, data):
            with interrupts.deferred():
                outputs, state = step_function(state, data)
                carried = names if len(state) != 3 else (*names[:2], names[3])
                self._jax_state = dict(zip(carried, state, strict=False))
            return outputs, state

        return super()._make_function(kept, concatenate_outputs)

    def _get_jax_state(self, purge_model_variables=False, **groups):
        """Return the values of the variables, which keep them: Keras would leave the variables empty."""
        self._jax_state = None  # older than what the variables hold
        return super()._get_jax_state(**groups)

    def fit(self, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """Train as every Keras model, and keep the weights if it fails."""
        with self._weights_kept():
            return super().fit(*args, **kwargs)

    def evaluate(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate as every Keras model, and keep the weights if it fails."""
        with self._weights_kept():
            return super().evaluate(*args, **kwargs)

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """Predict as every Keras model, and keep the weights if it fails."""
        with self._weights_kept():
            return super().predict(*args, **kwargs)

    def train_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """Train on a batch as every Keras model, and keep the weights if it fails."""
        with self._weights_kept():
            return super().train_on_batch(*args, **kwargs)

    def test_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """Measure a batch as every Keras model, and keep the weights if it fails."""
        with self._weights_kept():
            return super().test_on_batch(*args, **kwargs)

    def predict_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """Predict a batch as every Keras model, and keep the weights if it fails."""
        with self._weights_kept():
            return super().predict_on_batch(*args, **kwargs)

    @contextlib.contextmanager
    def _weights_kept(self):
        # A step gives the old state's memory to the new one, which the variables get at the end of the epoch.
        try:
            yield
        except BaseException as error:
            with interrupts.deferred():
                self.jax_state_sync()
            if type(error).__name__ == "IndivisibleError":  # JAX gives it no public name
                raise ValueError(
                    "`batch_size`, and the rows of the last batch, must divide by the number of devices that share "
                    'the batches: use Batches(..., remainder="pad") or "drop", for the validation data too. '
                    f"Received: {error}"
                ) from error
            raise

    @contextlib.contextmanager
    def averages_at_the_end(self) -> Iterator[None]:
        """Return a block for Keras' `fit`, which puts the averages in the weights' place here after an error, too."""
        trained: list[tuple[keras.Variable, Tensor]] = []

        def remember(variables):
            trained.extend((variable, variable.value) for variable in variables)
            self.finalize_phases()

        with optimizers.finalizing(self.optimizer, remember):
            try:
                yield
            except BaseException:
                for variable, value in trained:
                    variable.assign(value)
                raise

    @staticmethod
    def share_batches(devices: Sequence[str] | None) -> contextlib.AbstractContextManager:
        """Return a scope in which a model is made and trained whose batches the devices share; None means all GPUs."""
        devices = devices or [name for name in keras.distribution.list_devices() if not name.startswith("cpu")]
        if len(devices) < 2:
            return contextlib.nullcontext()
        return keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False).scope()


def _scope(groups, state):
    mapping = [pair for group, values in zip(groups, state, strict=True) for pair in zip(group, values, strict=True)]
    return keras.StatelessScope(state_mapping=mapping, collect_losses=True)


def global_norm(gradients: Sequence[Tensor]) -> Tensor:
    """Return the L2 norm of all the gradients together, whatever their types: a sum of squares needs float32."""
    wide = [g.astype("float32") if g.dtype.itemsize < 4 else g for g in gradients]
    return jnp.sqrt(sum(jnp.vdot(g, g) for g in wide))


def _values(groups):
    return tuple([v.value for v in group] for group in groups)


def _assign(variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
