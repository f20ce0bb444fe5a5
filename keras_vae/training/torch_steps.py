"""The training step on PyTorch."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from keras_vae.training import interrupts, torch_adam
from keras_vae.training.steps import BackendSteps
from keras_vae.types import Tensor


class TorchSteps(BackendSteps):
    """How a phase's gradient is taken and applied with `torch.autograd`."""

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Run the model's phases on one batch, and return the logs."""
        with torch.no_grad():
            taken = self.take(data)
            self.begin_step()
        for phase in self.phases():
            self._run(phase, taken)
        return self.logs(training=True)

    def _run(self, phase, taken):
        before = [v.value.detach().clone() for v in self.non_trainable_weights]
        losses, outputs = phase.loss(taken.x, taken.y, taken.sample_weight, training=True)
        scaled = phase.optimizer.scale_loss(phase.minimised_of(losses))
        gradients = torch.autograd.grad(scaled, [v.value for v in phase.variables], allow_unused=True)
        with torch.no_grad():
            verdict = self.verdict_on(phase, losses, global_norm(gradients), taken)
            if verdict.apply:
                phase.optimizer.apply(list(gradients), phase.variables)
                self.measure(losses, outputs, taken)
            else:
                for variable, value in zip(self.non_trainable_weights, before, strict=True):
                    variable.assign(value)
            self.count(phase, verdict)

    def make_train_function(self, force: bool = False) -> None:
        """Make the training step, which an interrupt does not cut in two."""
        if force or self.train_function is None:
            for phase in self.phases():
                torch_adam.fuse(phase.optimizer)
            super().make_train_function(force=force)
            self.train_function = interrupts.whole(self.train_function)

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Measure one batch, and return the logs."""
        return self.validate(self.take(data))

    def compile_function(self, function: Callable) -> Callable:
        """Return a version of a function of tensors that keeps no gradients."""

        def without_gradients(*arrays):
            with torch.no_grad():
                return function(*arrays)

        return without_gradients

    def compile_gradient(self, function: Callable) -> Callable:
        """Return a function of tensors: a function's values, and their sum's gradient in its first one."""

        def values_and_gradient(z, *others):
            with torch.enable_grad():
                z = z.detach().requires_grad_()
                values = function(z, *others)
                (gradient,) = torch.autograd.grad(values.sum(), z)
            return values.detach(), gradient

        return values_and_gradient

    def backend_noise(self) -> list[np.ndarray]:
        """Return where PyTorch's own noise stands on the CPU and each GPU: that of a Dropout without a seed."""
        return [state.numpy() for state in (torch.get_rng_state(), *torch.cuda.get_rng_state_all())]

    def set_backend_noise(self, states: Sequence[np.ndarray]) -> None:
        """Put back what `backend_noise` has returned."""
        cpu, *gpus = map(torch.from_numpy, states)
        torch.set_rng_state(cpu)
        torch.cuda.set_rng_state_all(gpus)

    @staticmethod
    def share_batches(devices: Sequence[str] | None) -> contextlib.AbstractContextManager:
        """Return a scope that does nothing: Keras on PyTorch trains on one device."""
        if devices and len(devices) > 1:
            raise ValueError(
                "`devices` must be a single one on PyTorch, where Keras trains on one device: use TensorFlow or JAX "
                f"to share batches. Received: {devices}"
            )
        return contextlib.nullcontext()


def global_norm(gradients: Sequence[Tensor | None]) -> Tensor:
    """Return the L2 norm of all the gradients together, whatever their types: a sum of squares needs float32."""
    wide = (torch.float32, torch.float64)
    return torch.nn.utils.get_total_norm([g if g.dtype in wide else g.float() for g in gradients if g is not None])
