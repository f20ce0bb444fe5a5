"""One gradient step within a training step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Phase:
    """A loss, the variables that it moves, and the optimizer that moves them.

    A model's `phases()` says *what* is minimised; the trainer of each backend says *how* a gradient is taken and
    applied. A VAE has one phase; a model with a critic has two, run in their order.

    Args:
        loss: Function `(x, y, sample_weight) -> (losses, outputs)`: a dict of scalar tensors of which `"loss"` is
            minimised and all are logged, and what the model's `call` returned.
        variables: Trainable `keras.Variable`s, the ones that the optimizer was built with.
        optimizer: `keras.optimizers.Optimizer`.
    """

    loss: Callable[[Any, Any, Any], tuple[dict, Any]]
    variables: list
    optimizer: Any
