"""Data sets by name or path."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from keras_vae.arguments import a_path
from keras_vae.datasets.dataset import Dataset
from keras_vae.datasets.digits import digits
from keras_vae.datasets.image_folder import image_folder
from keras_vae.datasets.npz import npz
from keras_vae.datasets.sprites import sprites
from keras_vae.datasets.tensorflow_datasets import NAMES, tensorflow_datasets

LOADERS: dict[str, Callable[..., Dataset]] = {
    "digits": digits,
    "sprites": sprites,
    **{name: partial(tensorflow_datasets, name) for name in NAMES},
}


def load(name: str | os.PathLike, **arguments: Any) -> Dataset:
    """Load a data set by its name, or from a file or folder.

    Args:
        name: "digits" (real, embedded), "sprites" (drawn, with factors), "mnist", "fashion_mnist", "kmnist",
            "celeb_a" (through tensorflow-datasets), the path of an .npz file, or a folder of images.
        **arguments: Of the function that loads it, such as `num_train` of `sprites` or `size` of `image_folder`.

    Returns:
        A `Dataset`: arrays in [0, 1], labels and factors where there are any, a line on the source.

    Raises:
        ValueError: If there is no such data set, or it cannot be loaded.

    Example:
    >>> data = keras_vae.datasets.load("digits")
    >>> data.x_train.shape, data.source
    """
    path = a_path("name", name)
    if isinstance(name, str) and name in LOADERS:
        return LOADERS[name](**arguments)
    if path.suffix == ".npz":
        return npz(path, **arguments)
    if path.is_dir() and name != "":  # which would be the present folder
        return image_folder(path, **arguments)
    raise ValueError(
        f"`name` must be one of {', '.join(map(repr, LOADERS))}, the path of an .npz file, or a folder of images. "
        f"Received: name={str(name)!r}"
    )
