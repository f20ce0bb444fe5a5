"""A folder of image files."""

import pathlib

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.datasets.dataset import Dataset, split, to_unit_range

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")


def image_folder(path, size: int = 64, test_fraction: float = 0.2) -> Dataset:
    """Load the images below a folder, cut to a square from the middle and scaled.

    Grey images stay grey if all are; otherwise all become colour. Images in subfolders take the subfolder's place
    in the alphabet as their label.

    Args:
        path: The folder.
        size: Int of at least 1, height and width in pixels. Default 64.
        test_fraction: Float between 0 and 1, the share of the test split. Default 0.2.

    Returns:
        A `Dataset`.

    Raises:
        ValueError: If there is no such folder, it holds no images, or a file is damaged.

    Example:
    >>> data = keras_vae.datasets.image_folder("faces", size=64)
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # late: only this data set needs it

    path, size = pathlib.Path(path), whole_number("size", size)
    files = sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file())
    if not files:
        raise ValueError(
            f"`path` must be a folder with images ({', '.join(SUFFIXES)}). Received: {path}, which has none"
        )
    images = []
    for file in files:
        try:
            with Image.open(file) as image:
                mode = "L" if image.mode in ("1", "L", "LA", "I;16") else "RGB"
                images.append(ImageOps.fit(image.convert(mode), (size, size)))
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
            raise ValueError(f"`path` must hold whole image files. Received: {file}: {error}") from error
    mode = "L" if all(image.mode == "L" for image in images) else "RGB"
    x = to_unit_range("images", np.stack([np.asarray(image.convert(mode), dtype="uint8") for image in images]))
    classes = sorted({file.parent for file in files})
    labels = np.array([classes.index(file.parent) for file in files]) if len(classes) > 1 else None
    (x_train, y_train), (x_test, y_test) = split(x, labels, test_fraction)
    return Dataset(path.name, x_train, x_test, y_train, y_test, source=f"{len(files)} images of the folder {path.name}")
