"""Keras' `compile` for a model with several optimizers."""

from collections.abc import Callable
from typing import Any

import keras

from keras_vae.training import compile_config, optimizers
from keras_vae.training.mixin import Mixin
from keras_vae.training.phase import Phase


class Compiling(Mixin):
    """How a model is compiled, its optimizers are built, and both are written down."""

    FURTHER_OPTIMIZERS: tuple[str, ...]
    NO_LOSS: str
    compiled_steps: dict[tuple, Any]
    build_if_possible: Callable[[], None]
    check_device_layout: Callable[[dict[str, Any]], None]
    phases: Callable[[], list[Phase]]
    target_shape_of_metrics: Callable[[], tuple]

    def compile(
        self,
        optimizer: str | keras.optimizers.Optimizer = "adam",
        loss: None = None,
        jit_compile: bool | str = "auto",
        **kwargs: Any,
    ) -> None:
        """Configure the training; see `keras.Model.compile`.

        Args:
            optimizer: Name or `keras.optimizers.Optimizer`. Default "adam".
            loss: Must stay None: the model says itself what is minimised.
            jit_compile: Bool or "auto", which is right: compiled on JAX and on a GPU with TensorFlow.
            **kwargs: The optimizers of further phases under the model's names, such as `critic_optimizer`, each a
                name, a `keras.optimizers.Optimizer` or None: `Adam(1e-4, beta_1=0.5, beta_2=0.9)`. The other arguments
                of `keras.Model.compile`.

        Raises:
            ValueError: If a loss is given, an optimizer is given twice, or the devices' layout is not supported.
        """
        if loss is not None:
            raise ValueError(f"`loss` must be None: {self.NO_LOSS}. Received: loss={loss!r}")
        further = {name: kwargs.pop(name, None) for name in self.FURTHER_OPTIMIZERS}
        given_once = [optimizer]
        for name, given in further.items():
            if isinstance(given, keras.optimizers.Optimizer) and any(given is other for other in given_once):
                raise ValueError(f"`{name}` must be an optimizer of its own. Received: one that is given twice")
            given_once.append(given)
        self.check_device_layout({"jit_compile": jit_compile, **kwargs})
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)
        scaled = kwargs.get("auto_scale_loss", True) and self.dtype_policy.name == "mixed_float16"
        for name, given in further.items():
            setattr(self, name, optimizers.further(given, scaled))
        self._loss_tracker = None  # `measures` logs the loss
        self._jit_as_given = jit_compile
        self.compiled_steps.clear()
        self.build_if_possible()
        self.build_optimizers()

    def get_compile_config(self) -> dict[str, Any]:
        """Return the arguments of `compile` in a form that every backend can read."""
        config = super().get_compile_config()
        if not config:
            return config
        further = {n: keras.saving.serialize_keras_object(getattr(self, n)) for n in self.FURTHER_OPTIMIZERS}
        return compile_config.portable({**config, **further}, ("optimizer", *further), self._jit_as_given)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with the arguments that a file has."""
        self.compile(**keras.saving.deserialize_keras_object(config))

    def build_optimizers(self) -> None:
        """Create the optimizers' variables, so that a file saved before the first step is whole."""
        if self.built and self.optimizer is not None:
            for phase in self.phases():
                if not phase.optimizer.built:
                    phase.optimizer.build(phase.variables)

    def finalize_phases(self) -> None:
        """Put each optimizer's averages of the weights (`use_ema`) in the weights' place."""
        for phase in self.phases():
            # Of the class: while `fit` runs, the first optimizer's own method comes here.
            type(phase.optimizer).finalize_variable_values(phase.optimizer, phase.variables)

    def build_metrics(self) -> None:
        """Create the variables of the metrics given to `compile`."""
        given = self._compile_metrics
        if given is not None and not given.built:
            target = keras.ops.zeros((1, *self.target_shape_of_metrics()))
            given.build(target, target)
            given.update_state(target, target)  # some create theirs only here
            given.reset_state()

    def _symbolic_build(self, iterator=None, data_batch=None):
        # `fit` has built the rest. Keras would draw a batch and call the model on its x, without y.
        self.build_metrics()
