"""Whether an update may be made."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import ops


@dataclass(frozen=True)
class Verdict:
    """What was decided of one update.

    Args:
        apply: Bool scalar tensor: the gradients go to the optimizer and the losses into the logs.
        skipped: Float scalar tensor, 1.0 if the update is skipped and counted.
    """

    apply: Any
    skipped: Any


def judge(loss, gradients, optimizer, skip_threshold=None) -> Verdict:
    """Judge an update by its loss and the global norm of its gradients.

    Args:
        loss: Scalar tensor, not scaled.
        gradients: List of tensors (None for a variable that the loss does not touch), scaled by the optimizer.
        optimizer: The optimizer that would apply them.
        skip_threshold: None, or the largest global norm of the unscaled gradients that is applied.

    Returns:
        A `Verdict`. An update that is not finite is not applied, except under dynamic loss scaling: there a
        finite loss with infinite gradients is the scale's doing, and the optimizer must see it to halve its scale.

    Reference: Child 2021, "Very deep VAEs", section 3.3 (gradient skipping).
    """
    scale = ops.cast(optimizer.scale_loss(1.0), "float32")
    norm = global_norm(gradients) / scale
    # inf < inf is false and so is NaN < inf: one comparison says "finite".
    finite_loss = ops.abs(ops.cast(loss, "float32")) < float("inf")
    finite_norm = norm < float("inf")
    apply = ops.logical_and(finite_loss, finite_norm)
    if skip_threshold is not None:
        apply = ops.logical_and(apply, norm <= skip_threshold)
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        overflow = ops.logical_and(finite_loss, ops.logical_not(finite_norm))
        # Below a scale of 1 there is nothing left to blame on it.
        apply = ops.logical_or(apply, ops.logical_and(overflow, scale > 1.0))
    return Verdict(apply=apply, skipped=1.0 - ops.cast(apply, "float32"))


def global_norm(gradients):
    """Return the L2 norm of all gradients together, a float32 scalar tensor."""
    squares = [ops.sum(ops.square(ops.cast(g, "float32"))) for g in gradients if g is not None]
    return ops.sqrt(sum(squares)) if squares else ops.zeros(())
