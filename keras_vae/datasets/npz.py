"""Images in a NumPy .npz file."""

import io
import math
import os
import pathlib
import zipfile
from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_vae.arguments import a_path, whole_number
from keras_vae.datasets.dataset import Dataset, split, to_unit_range

IMAGES = ("x", "images", "data")
LABELS = ("y", "labels", "label", "targets", "target", "subject")
LARGEST = 4 * 2**30
LONGEST_HEADER = 10_000
# By the version of the format: how many bytes say the header's length, and what reads it.
READERS = {(1, 0): (2, np.lib.format.read_array_header_1_0), (2, 0): (4, np.lib.format.read_array_header_2_0)}


def npz(path: str | os.PathLike, test_fraction: float = 0.2, max_bytes: int = LARGEST) -> Dataset:
    """Load images from an .npz file.

    Args:
        path: Path of a file with the arrays `x_train` and `x_test` (and `y_train`, `y_test`), or with one array `x`,
            `images` or `data` (and its labels `y`, `labels`, `targets` or `subject`), which is split. Images are 8-bit
            or in [0, 1], of shape `(n, height, width)` or `(n, height, width, channels)`; 8-bit images whose values
            are all 0 or 1 are taken as they are. No other array of the file is read.
        test_fraction: Float above 0 and below 1, the share of the test split where the file has none. Default 0.2.
        max_bytes: Int of at least 1, how large the arrays may be once they are unpacked. Default 4 GiB.

    Returns:
        A `Dataset`.

    Raises:
        ValueError: If there is no such file, it is damaged, its arrays are larger than `max_bytes`, it holds Python
            objects (which are never loaded: they could run code), or has not the expected arrays.

    Example:
    >>> data = keras_vae.datasets.npz("mnist.npz")
    """
    path = a_path("path", path)
    arrays = _read(path, whole_number("max_bytes", max_bytes))
    if "x_train" in arrays:
        x_train, x_test = to_unit_range(x_train=arrays["x_train"], x_test=arrays["x_test"])
        train, test = (x_train, arrays.get("y_train")), (x_test, arrays.get("y_test"))
        _check_labels(path, *train)
        _check_labels(path, *test)
    else:
        images = next(name for name in IMAGES if name in arrays)
        labels = next((arrays[name] for name in LABELS if name in arrays), None)
        (x,) = to_unit_range(**{images: arrays[images]})
        _check_labels(path, x, labels)
        train, test = split(x, labels, test_fraction)
    if train[0].shape[1:] != test[0].shape[1:]:
        raise ValueError(
            f"`path` must hold train and test images of one shape. Received: {path} with {train[0].shape} and "
            f"{test[0].shape}"
        )
    return Dataset(path.stem, train[0], test[0], train[1], test[1], source=f"the file {path.name}")


def _read(path: pathlib.Path, max_bytes: int) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise ValueError(f"`path` must be an .npz file. Received: {path}, which is no file")
    try:
        with open(path, "rb") as stream:
            if stream.read(6) == np.lib.format.MAGIC_PREFIX:
                raise ValueError("it holds one bare array (.npy)")
            with zipfile.ZipFile(stream) as file:
                members = {m.filename.removesuffix(".npy"): m for m in file.infolist() if m.filename.endswith(".npy")}
                names = _wanted(members)
                sizes = {name: _size(file, members[name]) for name in names}
                if sum(sizes.values()) <= max_bytes:
                    arrays = {name: _array(file, members[name]) for name in names}
    except Exception as error:  # a damaged file makes the readers of zip, of its four packings and of NumPy raise any
        reason = str(error) or type(error).__name__
        raise ValueError(f"`path` must be a whole .npz file of plain arrays. Received: {path}: {reason}") from error
    if not names:
        raise ValueError(
            f"`path` must hold the arrays 'x_train' and 'x_test', or one of {', '.join(map(repr, IMAGES))}. "
            f"Received: {path} with {sorted(members) or 'no arrays'}"
        )
    if sum(sizes.values()) > max_bytes:
        raise ValueError(
            f"`path` must hold arrays of at most max_bytes={max_bytes} bytes. Received: {path} with "
            + ", ".join(f"{name} of {size} bytes" for name, size in sizes.items())
        )
    return arrays


def _wanted(names: Iterable[str]) -> list[str]:
    """Return which of the arrays are read: the split images, or else one array of images; and their labels."""
    if {"x_train", "x_test"} <= set(names):
        return [name for name in ("x_train", "x_test", "y_train", "y_test") if name in names]
    images = [name for name in IMAGES if name in names][:1]
    return images + [name for name in LABELS if name in names][:1] if images else []


def _header(stream):
    """Return an array's shape, order, type and size in bytes; its values follow in the stream."""
    version = np.lib.format.read_magic(stream)
    if version not in READERS:
        raise ValueError(f"it has an array of format {version}")
    bytes_of_length, reader = READERS[version]
    length = stream.read(bytes_of_length)
    if int.from_bytes(length, "little") > LONGEST_HEADER:
        raise ValueError(f"it has an array with a header of {int.from_bytes(length, 'little')} bytes")
    header = io.BytesIO(length + stream.read(int.from_bytes(length, "little")))
    shape, columns_first, dtype = reader(header, max_header_size=LONGEST_HEADER)
    if dtype.hasobject:
        raise ValueError("it holds pickled Python objects, which are never loaded")
    if min(shape, default=0) < 0:
        raise ValueError(f"it has an array of shape {shape}")
    return shape, "F" if columns_first else "C", dtype, math.prod(shape) * dtype.itemsize


def _size(file: Any, member: Any) -> int:
    with file.open(member) as stream:
        size = _header(stream)[-1]
        if stream.tell() + size != member.file_size:
            raise ValueError(f"{member.filename} must have {size} bytes of values, and has not")
        return size


def _array(file: Any, member: Any) -> np.ndarray:
    with file.open(member) as stream:
        shape, order, dtype, size = _header(stream)
        values, read = bytearray(size), 0
        while read < size and (part := stream.readinto(memoryview(values)[read:])):
            read += part
        if read < size or stream.read(1):  # at its end zipfile compares the checksum
            raise ValueError(f"{member.filename} has not the {size} bytes of values that it should have")
    return np.ndarray(shape, dtype, values, order=order)


def _check_labels(path, images, labels):
    if labels is not None and np.shape(labels)[:1] != images.shape[:1]:
        raise ValueError(
            f"`path` must hold one label for each image. Received: {path} with {len(images)} images and labels of "
            f"shape {np.shape(labels)}"
        )
