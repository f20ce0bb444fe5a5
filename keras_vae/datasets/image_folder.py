"""A folder of image files."""

import os

import numpy as np

from keras_vae.arguments import a_path, one_of, whole_number
from keras_vae.datasets.dataset import Dataset, split
from keras_vae.datasets.image_file import read_image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")


def image_folder(
    path: str | os.PathLike, size: int = 64, test_fraction: float = 0.2, background: str = "white"
) -> Dataset:
    """Load the images below a folder, upright, cut to a square from the middle and scaled.

    Grey images stay grey if all are; otherwise all become colour. Images in subfolders take the subfolder's place
    in the alphabet as their label. Values are divided by the largest of the file's own type (255, or 65535 for 16-bit
    grey; of 16-bit colour Pillow reads the upper 8 bits); float images must be in [0, 1]. If all values of all 8-bit
    images are 0 or 1, they are taken as they are.

    Args:
        path: The folder.
        size: Int of at least 1, height and width in pixels. Default 64.
        test_fraction: Float above 0 and below 1, the share of the test split. Default 0.2.
        background: "white" or "black", what is seen through transparent pixels. Default "white".

    Returns:
        A `Dataset`.

    Raises:
        ValueError: If there is no such folder, it holds no images, or a file is damaged, of another format than its
            name's, an animation or of several pages, or its values have no known range.

    Example:
    >>> data = keras_vae.datasets.image_folder("faces", size=64)
    """
    path, size = a_path("path", path), whole_number("size", size)
    one_of("background", background, ("white", "black"))
    files = sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file())
    if not files:
        raise ValueError(
            f"`path` must be a folder with images ({', '.join(SUFFIXES)}). Received: {path}, which has none"
        )
    images, largest = zip(*(read_image(file, size, background) for file in files), strict=True)
    if max(largest) == 1 / 255:  # images that were made binary, as 8-bit values 0 and 1
        images, _ = zip(*(read_image(file, size, background, scale=255) for file in files), strict=True)
    if any(image.ndim == 3 for image in images):
        images = [image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2) for image in images]
    x = np.stack(images)
    x = x[..., None] if x.ndim == 3 else x
    classes = sorted({file.parent for file in files})
    labels = np.array([classes.index(file.parent) for file in files]) if len(classes) > 1 else None
    (x_train, y_train), (x_test, y_test) = split(x, labels, test_fraction)
    return Dataset(path.name, x_train, x_test, y_train, y_test, source=f"{len(files)} images of the folder {path.name}")
