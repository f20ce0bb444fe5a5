"""The functions that a backend must supply."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_vae.training import optimizers
from keras_vae.training.mixin import Mixin
from keras_vae.training.phase import Phase
from keras_vae.training.taken import Taken
from keras_vae.training.verdict import Verdict
from keras_vae.types import Tensor


class BackendSteps(Mixin):
    """The base of the backends' steps: how a gradient is taken and applied, how a function is compiled.

    A subclass says *how*; `PhasedStep`, which is the same on every backend, says *what* happens in a step. Besides
    these functions a subclass wraps Keras' `make_train_function`, so that an interrupt does not cut a step in two.
    """

    FURTHER_OPTIMIZERS: tuple[str, ...]
    train_function: Any
    phases: Callable[[], list[Phase]]
    finalize_phases: Callable[[], None]
    take: Callable[[Any], Taken]
    begin_step: Callable[[], None]
    verdict_on: Callable[[Phase, dict[str, Tensor], Tensor, Taken], Verdict]
    count: Callable[[Phase, Verdict], None]
    measure: Callable[[dict[str, Tensor], Any, Taken], None]
    validate: Callable[[Taken], dict[str, Tensor]]
    logs: Callable[..., dict[str, Tensor]]

    def train_step(self, *arguments: Any) -> Any:
        """Run the model's phases on one batch, each one's gradient on its own, and return the logs.

        What a phase's forward pass writes is taken back where its update is skipped; the noise is not.

        Args:
            *arguments: What Keras hands to a step on this backend: the data, on JAX the state before them.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `train_step`.")

    def test_step(self, *arguments: Any) -> Any:
        """Measure one batch by every phase, and return the logs; the arguments are those of `train_step`."""
        raise NotImplementedError(f"{type(self).__name__} must define `test_step`.")

    def compile_function(self, function: Callable) -> Callable:
        """Return a compiled version of a function of tensors that uses the model's variables, without gradients."""
        raise NotImplementedError(f"{type(self).__name__} must define `compile_function`.")

    def compile_gradient(self, function: Callable) -> Callable:
        """Return a compiled function of tensors: a function's values, and their sum's gradient in its first one."""
        raise NotImplementedError(f"{type(self).__name__} must define `compile_gradient`.")

    def backend_noise(self) -> list[np.ndarray]:
        """Return as arrays where the noise stands that is in no variable of the model: here none is."""
        return []

    def set_backend_noise(self, states: Sequence[np.ndarray]) -> None:
        """Put back what `backend_noise` has returned."""

    def check_device_layout(self, compile_arguments: dict[str, Any]) -> None:
        """Raise a ValueError where the arguments of `compile` do not work on the present devices: here all do."""

    @staticmethod
    def share_batches(devices: Sequence[str] | None) -> contextlib.AbstractContextManager:
        """Return a scope in which a model is made and trained whose batches the devices share; None means all GPUs."""
        raise NotImplementedError("A backend's steps must define `share_batches`.")

    def averages_at_the_end(self) -> contextlib.AbstractContextManager:
        """Return a block for Keras' `fit`, at whose end the optimizers' averages take the weights' place."""
        return optimizers.finalizing(self.optimizer, lambda variables: self.finalize_phases())
