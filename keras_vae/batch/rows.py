"""The rows of a batch: padding, counts and sums over the events."""

from keras import ops

from keras_vae.batch import replicas
from keras_vae.types import Tensor


def without_padding(values: Tensor, sample_weight: Tensor | None) -> Tensor:
    """Return the values of a batch with a row that counts in place of each row of weight 0.

    What stands in a row of weight 0 may be anything, also NaN: 0 * NaN is NaN, in the averages, in the gradients and
    in the statistics of the layers.

    Args:
        values: Tensor of shape `(batch, ...)`.
        sample_weight: Tensor of shape `(batch,)`, the weights, of at least 0.

    Returns:
        Tensor of the shape of `values`: rows of weight 0 hold the first one of another weight, or 0 without one.
    """
    counts = ops.cast(sample_weight, "float32") > 0.0
    first = ops.take(values, ops.argmax(ops.cast(counts, "int32")), axis=0)
    first = ops.where(ops.any(counts), first, ops.zeros_like(first))
    return ops.where(ops.reshape(counts, (-1,) + (1,) * (len(values.shape) - 1)), values, first[None])


def num_rows_with(values: Tensor) -> Tensor:
    """Return in how many rows of a batch some of the values is true, as float32.

    Args:
        values: Bool tensor of shape `(batch, ...)`.
    """
    rows = ops.any(ops.reshape(values, (ops.shape(values)[0], -1)), axis=-1)
    return replicas.present().total(ops.sum(ops.cast(rows, "float32")))


def sum_of_events(values: Tensor) -> Tensor:
    """Sum a tensor of shape `(batch, ...)` over all axes but the first."""
    return ops.sum(ops.reshape(values, (ops.shape(values)[0], -1)), axis=-1)
