"""Data sets as arrays in [0, 1], and batches of them."""

from keras_vae.datasets.batches import Batches
from keras_vae.datasets.dataset import Dataset
from keras_vae.datasets.digits import digits
from keras_vae.datasets.epoch_order import epoch_order
from keras_vae.datasets.image_folder import image_folder
from keras_vae.datasets.load import load
from keras_vae.datasets.npz import npz
from keras_vae.datasets.sprites import sprites
from keras_vae.datasets.tensorflow_datasets import tensorflow_datasets

__all__ = [
    "Batches",
    "Dataset",
    "digits",
    "epoch_order",
    "image_folder",
    "load",
    "npz",
    "sprites",
    "tensorflow_datasets",
]
