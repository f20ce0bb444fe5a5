"""One gradient step within a training step."""

from dataclasses import dataclass
from typing import Any, Protocol

import keras

from keras_vae.types import Tensor


class Loss(Protocol):
    """The losses of a batch, as a function that is told by name whether it is called in training."""

    def __call__(
        self, x: Tensor, y: Tensor | None, sample_weight: Tensor | None, /, *, training: bool
    ) -> tuple[dict[str, Tensor], Any]:
        """Return the losses, a dict of scalars, and the outputs, or None."""


@dataclass(frozen=True)
class Phase:
    """A loss, the variables that it moves, and the optimizer that moves them.

    A model's `phases()` says *what* is minimised; the trainer of each backend says *how* a gradient is taken and
    applied. A VAE has one phase; a model with a critic has two, run in their order. In validation each phase is
    measured with `training=False`.

    Args:
        loss: Function `(x, y, sample_weight, training) -> (losses, outputs)`: a dict of scalar tensors, all of which
            are logged, and what the metrics given to `compile` look at (for a model's first phase what `call`
            returned), or None.
        variables: Trainable `keras.Variable`s, the ones that the optimizer is built with.
        optimizer: `keras.optimizers.Optimizer`.
        minimised: Text, the name of the loss that is minimised. Default "loss".
        name: Text, one of the names that the model has given to `Trainer`. Default "training".
    """

    loss: Loss
    variables: list[keras.Variable]
    optimizer: keras.optimizers.Optimizer
    minimised: str = "loss"
    name: str = "training"

    def minimised_of(self, losses: dict[str, Tensor]) -> Tensor:
        """Return the loss that is minimised; raise a ValueError if there is none of its name."""
        if self.minimised not in losses:
            raise ValueError(
                f"`minimised` of the phase {self.name!r} must be one of its losses {list(losses)}. Received: "
                f"minimised={self.minimised!r}"
            )
        return losses[self.minimised]
