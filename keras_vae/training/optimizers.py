"""Optimizers: those within one, and those of several phases."""

import contextlib
import functools
from collections.abc import Callable, Iterator

import keras


def parts(optimizer: keras.optimizers.Optimizer) -> list[keras.optimizers.Optimizer]:
    """Return the optimizers that move the weights: the one in a `LossScaleOptimizer`, those of a `MultiOptimizer`."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return getattr(inner, "optimizers", [inner])


def plain_adams(optimizer: keras.optimizers.Optimizer) -> list[keras.optimizers.Adam]:
    """Return those within an optimizer that are Keras' own `Adam` or `AdamW`, and no AMSGrad.

    They compute what a backend's fused kernel computes; a user's subclass may compute something else.
    """
    return [part for part in parts(optimizer) if type(part) in _adams() and not part.amsgrad]


@functools.cache
def _adams():
    # Of the backend: Keras makes another class than the name says on PyTorch.
    return type(keras.optimizers.Adam()), type(keras.optimizers.AdamW())


def further(optimizer: str | keras.optimizers.Optimizer | None, scaled: bool) -> keras.optimizers.Optimizer:
    """Return the optimizer of a further phase.

    Args:
        optimizer: Name, `keras.optimizers.Optimizer`, or None: Adam as critics are trained with.
        scaled: Bool, whether small gradients need a scaled loss, as Keras gives it to a model's first optimizer.

    Reference: Kim and Mnih 2018, "Disentangling by factorising", appendix A, for the default.
    """
    if optimizer is None:
        optimizer = keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9)
    optimizer = keras.optimizers.get(optimizer)
    if scaled and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


@contextlib.contextmanager
def finalizing(
    optimizer: keras.optimizers.Optimizer, finalize: Callable[[list[keras.Variable]], None]
) -> Iterator[None]:
    """Let Keras call a function in place of an optimizer's `finalize_variable_values`, as `fit` ends."""
    vars(optimizer)["finalize_variable_values"] = finalize
    try:
        yield
    finally:
        del vars(optimizer)["finalize_variable_values"]
