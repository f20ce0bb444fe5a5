"""The average over a batch."""

from keras import ops

from keras_vae.batch import replicas
from keras_vae.types import Tensor


def mean(values: Tensor, sample_weight: Tensor | None = None) -> Tensor:
    """Average per-example values over the batch, of which a replica holds a part.

    Args:
        values: Tensor of shape `(batch, ...)`.
        sample_weight: None, or tensor of shape `(batch,)` with weights of at least 0. A row of weight 0
            (padding) leaves the average as it is without the row.

    Returns:
        Tensor of shape `(...)`: `sum_i w_i v_i / sum_i w_i` (0 where all the weights are 0).
    """
    weighted = values
    if sample_weight is not None:
        weight = ops.reshape(sample_weight, (-1,) + (1,) * (len(values.shape) - 1))
        weighted = ops.cast(weight, values.dtype) * values  # a new tensor: `*=` would change PyTorch's own
    total = replicas.present().total(ops.sum(weighted, axis=0))
    return ops.divide_no_nan(total, ops.cast(size(values, sample_weight), values.dtype))


def size(x: Tensor, sample_weight: Tensor | None = None) -> Tensor:
    """Return how much a batch weighs in an epoch's average: its rows, or the sum of their weights, as float32."""
    weight = ops.shape(x)[0] if sample_weight is None else ops.sum(ops.cast(sample_weight, "float32"))
    return replicas.present().total(ops.cast(weight, "float32"))
