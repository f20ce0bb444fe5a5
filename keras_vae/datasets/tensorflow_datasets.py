"""Data sets of tensorflow-datasets."""

import socket

import numpy as np

from keras_vae.arguments import one_of, whole_number
from keras_vae.datasets.dataset import Dataset, to_unit_range

NAMES = ("mnist", "fashion_mnist", "kmnist", "celeb_a")
HOST = ("storage.googleapis.com", 443)
SECONDS_TO_WAIT = 4.0


def tensorflow_datasets(name: str, size: int = 64, data_dir: str | None = None) -> Dataset:
    """Load a data set through tensorflow-datasets: prepared data if there are any, else a download.

    Args:
        name: "mnist", "fashion_mnist", "kmnist" (28 x 28 x 1, with labels) or "celeb_a" (colour faces, cut to a
            square and scaled; about 6 GB of memory at size 64).
        size: Int of at least 1, height and width of celeb_a in pixels. Default 64.
        data_dir: Folder of the prepared data; None is tensorflow-datasets' own choice. Default None.

    Returns:
        A `Dataset` with the official train and test splits.

    Raises:
        ValueError: If the name is unknown, tensorflow-datasets is not installed, or the data are neither prepared
            nor within reach: then within seconds, and naming what works without a network.

    Example:
    >>> data = keras_vae.datasets.tensorflow_datasets("mnist")
    """
    one_of("name", name, NAMES)
    size = whole_number("size", size)
    try:
        import tensorflow_datasets as tfds  # late, and only here: it is an extra
    except ImportError as error:
        raise ValueError(
            f"The data set {name!r} needs tensorflow-datasets: pip install 'keras-vae[datasets]'. {_others()}"
        ) from error

    # array_record files are read without TensorFlow.
    builder = tfds.builder(name, data_dir=data_dir, file_format="array_record")
    if not builder.is_prepared():
        _check_network(name)
        builder.download_and_prepare()
    (x_train, y_train), (x_test, y_test) = (_read(builder, split, size) for split in ("train", "test"))
    x_train, x_test = to_unit_range(x_train=x_train, x_test=x_test)
    return Dataset(name, x_train, x_test, y_train, y_test, source=f"tensorflow-datasets: {builder.info.full_name}")


def _read(builder, split, size):
    images, labels = [], []
    for example in builder.as_data_source(split):
        image = example["image"]
        images.append(image if image.shape[0] == image.shape[1] else _square(image, size))
        if "label" in example:
            labels.append(example["label"])
    return np.stack(images), np.asarray(labels) if labels else None


def _square(image, size):
    from PIL import Image, ImageOps

    return np.asarray(ImageOps.fit(Image.fromarray(image), (size, size)))


def _check_network(name):
    """Find out within seconds that there is no network: tensorflow-datasets itself would try for minutes."""
    try:
        socket.create_connection(HOST, timeout=SECONDS_TO_WAIT).close()
    except OSError as error:
        raise ValueError(
            f"The data set {name!r} is not prepared on this machine, and {HOST[0]} cannot be reached ({error}). "
            f"{_others()}"
        ) from error


def _others() -> str:
    return "Without it: the embedded 'digits', the drawn 'sprites', a PATH.npz or a folder of images."
