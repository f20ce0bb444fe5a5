"""Training: the only room that imports TensorFlow, JAX or PyTorch."""

from keras_vae.training.data_parallel import data_parallel
from keras_vae.training.phase import Phase
from keras_vae.training.trainer import Trainer

__all__ = ["Phase", "Trainer", "data_parallel"]
