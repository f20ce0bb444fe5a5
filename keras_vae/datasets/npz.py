"""Images in a NumPy .npz file."""

import pathlib
import zipfile
import zlib

import numpy as np

from keras_vae.datasets.dataset import Dataset, split, to_unit_range

IMAGES = ("x", "images", "data")
LABELS = ("y", "labels", "label", "targets", "target", "subject")


def npz(path, test_fraction: float = 0.2) -> Dataset:
    """Load images from an .npz file.

    Args:
        path: Path of a file with the arrays `x_train` and `x_test` (and `y_train`, `y_test`), or with one array `x`,
            `images` or `data` (and its labels `y`, `labels`, `targets` or `subject`), which is split. Images are 8-bit
            or in [0, 1], of shape `(n, height, width)` or `(n, height, width, channels)`.
        test_fraction: Float between 0 and 1, the share of the test split where the file has none. Default 0.2.

    Returns:
        A `Dataset`.

    Raises:
        ValueError: If there is no such file, it is damaged, holds Python objects (which are never loaded: they could
            run code), or has not the expected arrays.

    Example:
    >>> data = keras_vae.datasets.npz("mnist.npz")
    """
    path = pathlib.Path(path)
    arrays = _read(path)
    if {"x_train", "x_test"} <= arrays.keys():
        train = to_unit_range("x_train", arrays["x_train"]), arrays.get("y_train")
        test = to_unit_range("x_test", arrays["x_test"]), arrays.get("y_test")
        _check_labels(path, *train)
        _check_labels(path, *test)
    else:
        images = next((name for name in IMAGES if name in arrays), None)
        if images is None:
            raise ValueError(
                f"`path` must hold the arrays 'x_train' and 'x_test', or one of {', '.join(map(repr, IMAGES))}. "
                f"Received: {path} with {sorted(arrays) or 'no arrays'}"
            )
        labels = next((arrays[name] for name in LABELS if name in arrays), None)
        x = to_unit_range(images, arrays[images])
        _check_labels(path, x, labels)
        train, test = split(x, labels, test_fraction)
    if train[0].shape[1:] != test[0].shape[1:]:
        raise ValueError(
            f"`path` must hold train and test images of one shape. Received: {path} with {train[0].shape} and "
            f"{test[0].shape}"
        )
    return Dataset(path.stem, train[0], test[0], train[1], test[1], source=f"the file {path.name}")


def _read(path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise ValueError(f"`path` must be an .npz file. Received: {path}, which is no file")
    try:
        with open(path, "rb") as stream:  # NumPy would leave a damaged file open
            file = np.load(stream, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise ValueError("it holds one bare array (.npy)")
            return {name: file[name] for name in file.files}
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        reason = "it holds pickled Python objects, which are never loaded" if "pickle" in str(error) else error
        raise ValueError(f"`path` must be a whole .npz file of plain arrays. Received: {path}: {reason}") from error


def _check_labels(path, images, labels):
    if labels is not None and np.shape(labels)[:1] != images.shape[:1]:
        raise ValueError(
            f"`path` must hold one label for each image. Received: {path} with {len(images)} images and labels of "
            f"shape {np.shape(labels)}"
        )
