"""A batch as a step takes it."""

from dataclasses import dataclass

from keras_vae.types import Tensor


@dataclass(frozen=True)
class Taken:
    """A batch, and what is known of it before any phase.

    Args:
        x: Tensor of shape `(batch, ...)`; what its rows of weight 0 held is left behind.
        y: None or tensor, likewise.
        sample_weight: None or tensor of shape `(batch,)`.
        weight: Float32 scalar tensor, how much the batch counts in an average: its rows, or the sum of their weights.
        invalid_rows: Float32 scalar tensor, how many rows hold NaN or infinite values.
    """

    x: Tensor
    y: Tensor | None
    sample_weight: Tensor | None
    weight: Tensor
    invalid_rows: Tensor
