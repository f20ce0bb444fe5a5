"""Batches: averages over rows, of which a replica holds a part."""

from keras_vae.batch.mean import mean, size
from keras_vae.batch.rows import num_rows_with, sum_of_events, without_padding

__all__ = ["mean", "num_rows_with", "size", "sum_of_events", "without_padding"]
