"""Names for types that have no common type.

The three backends share no class of tensors, and the libraries of arrays share none: to a type checker these are `Any`,
to a reader they say what is meant.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Figure
else:
    Figure = "matplotlib.figure.Figure"  # matplotlib is imported when the first figure is drawn

# A tensor of the backend in use: TensorFlow, JAX or PyTorch; also what Keras' ops take for one, such as a float.
Tensor: TypeAlias = Any

# What `keras_vae.rows.as_rows` reads: an array of NumPy, pandas, h5py or a backend, or a list of numbers.
ArrayLike: TypeAlias = Any

# A `keras.random.SeedGenerator` or an int.
Seed: TypeAlias = Any
