"""Functions of tensors over arrays: compiled, batch by batch, from a seed."""

from keras_vae.arrays.array_methods import ArrayMethods
from keras_vae.arrays.over_rows import drawn_over_rows, over_rows
from keras_vae.arrays.padding import fixed_size, padded
from keras_vae.arrays.stream import BLOCK, GivenSeed, Stream

__all__ = ["BLOCK", "ArrayMethods", "GivenSeed", "Stream", "drawn_over_rows", "fixed_size", "over_rows", "padded"]
