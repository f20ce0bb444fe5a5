"""The optimizers within an optimizer."""


def parts(optimizer) -> list:
    """Return the optimizers that move the weights: the one in a `LossScaleOptimizer`, those of a `MultiOptimizer`."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return getattr(inner, "optimizers", [inner])
