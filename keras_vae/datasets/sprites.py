"""Drawn sprites with known factors."""

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.datasets.dataset import Dataset
from keras_vae.types import ArrayLike

FACTORS = ("shape", "scale", "orientation", "x", "y")
FACTOR_SIZES = (3, 6, 40, 32, 32)
SHAPES = ("square", "ellipse", "heart")
IMAGE_SIZE = 64
DIFFERENT_IMAGES = 430_072  # counted: 70 a scale and place, less 2 small ellipses at each of 4 corners


def sprites(num_train: int = 8000, num_test: int = 2000, seed: int = 0) -> Dataset:
    """Return different images, drawn from 3 shapes, 6 scales, 40 orientations, 32 x and 32 y.

    The 737,280 combinations give 430,072 images: a square looks the same after a quarter turn, an ellipse after half
    a turn, and some of the smallest ellipses after one step. No image is given twice, so that train and test are
    disjoint.

    Args:
        num_train: Int of at least 1. Default 8000.
        num_test: Int of at least 1. Default 2000.
        seed: Int of at least 0, says which combinations. Default 0.

    Returns:
        A `Dataset` of binary images 64 x 64 x 1 with `factors_train` and `factors_test`, the index of each factor;
        the labels are the shapes.

    Raises:
        ValueError: If a number is out of its range, or there are not so many images.

    Example:
    >>> data = keras_vae.datasets.sprites(num_train=1000, num_test=100)
    >>> data.factors_train.shape
    (1000, 5)

    Reference: after Matthey et al. 2017, "dSprites" (own drawing; the pixels are not dSprites').
    """
    n = whole_number("num_train", num_train) + whole_number("num_test", num_test)
    if n > DIFFERENT_IMAGES:
        raise ValueError(
            f"`num_train` + `num_test` must be at most {DIFFERENT_IMAGES}, as many as differ. Received: {n}"
        )
    factors, images = _different_images(n, np.random.default_rng(whole_number("seed", seed, low=0)))
    return Dataset(
        name="sprites",
        x_train=images[:num_train],
        x_test=images[num_train:],
        y_train=factors[:num_train, 0],
        y_test=factors[num_train:, 0],
        factors_train=factors[:num_train],
        factors_test=factors[num_train:],
        factor_names=FACTORS,
        source=f"drawn by keras_vae: {IMAGE_SIZE} x {IMAGE_SIZE} binary {', '.join(SHAPES)}, after dSprites",
    )


def _different_images(n, generator):
    """Draw combinations without replacement, and others in place of those whose image is there already."""
    combinations = int(np.prod(FACTOR_SIZES))
    chosen = generator.choice(combinations, size=n, replace=False)
    factors = np.stack(np.unravel_index(chosen, FACTOR_SIZES), axis=1)
    images = draw(factors)
    seen: set[bytes] = set()
    repeated = [i for i in range(n) if not _is_new(images[i], seen)]
    others = generator.permutation(np.setdiff1d(np.arange(combinations), chosen)) if repeated else ()
    for start in range(0, len(others), 500):
        candidates = np.stack(np.unravel_index(others[start : start + 500], FACTOR_SIZES), axis=1)
        for candidate, image in zip(candidates, draw(candidates), strict=True):
            if repeated and _is_new(image, seen):
                place = repeated.pop(0)
                factors[place], images[place] = candidate, image
        if not repeated:
            break
    if repeated:
        raise ValueError(
            f"`num_train` + `num_test` must be at most {n - len(repeated)}, as many as differ. Received: {n}"
        )
    return factors, images


def _is_new(image: np.ndarray, seen: set[bytes]) -> bool:
    """Say whether an image is not among those seen, and put it there."""
    before = len(seen)
    seen.add(np.packbits(image > 0).tobytes())
    return len(seen) > before


def draw(factors: ArrayLike) -> np.ndarray:
    """Draw the images of some factors.

    Args:
        factors: Int array of shape `(n, 5)`: shape 0..2, scale 0..5, orientation 0..39, x 0..31, y 0..31.

    Returns:
        Float32 array of shape `(n, 64, 64, 1)` of zeros and ones.

    Raises:
        ValueError: If a factor is out of its range.
    """
    factors = np.asarray(factors)
    if factors.ndim != 2 or factors.shape[1] != 5 or np.any(factors < 0) or np.any(factors >= FACTOR_SIZES):
        raise ValueError(
            f"`factors` must be of shape (n, 5), from 0 to below {FACTOR_SIZES}. Received: shape {factors.shape}"
        )
    images = np.empty((len(factors), IMAGE_SIZE, IMAGE_SIZE, 1), dtype="float32")
    for start in range(0, len(factors), 500):  # 500 images at a time take 16 MB an array
        images[start : start + 500, ..., 0] = _draw(factors[start : start + 500])
    return images


def _draw(factors):
    shape, scale, orientation, x, y = (factors[:, i, None, None] for i in range(5))
    # Shapes reach 6 to 12 pixels from their center, so that each scale differs by more than a pixel, and the centers
    # keep 16 pixels from the border.
    radius = (0.5 + 0.1 * scale) * 12.0 / IMAGE_SIZE
    angle = 2.0 * np.pi * orientation / FACTOR_SIZES[2]
    center_x, center_y = (0.25 + 0.5 * position / 31.0 for position in (x, y))
    pixel = (np.arange(IMAGE_SIZE) + 0.5) / IMAGE_SIZE
    dx = (pixel[None, None, :] - center_x) / radius
    dy = (pixel[None, :, None] - center_y) / radius
    u = np.cos(angle) * dx + np.sin(angle) * dy
    v = -np.sin(angle) * dx + np.cos(angle) * dy
    square = (np.abs(u) < 0.9) & (np.abs(v) < 0.9)
    ellipse = u**2 + (v / 0.5) ** 2 < 1.0
    # The heart (u^2 + w^2 - 1)^3 < u^2 w^3, w upwards, shrunk to the others' size.
    w, s = -1.25 * v + 0.1, 1.25 * u
    heart = (s**2 + w**2 - 1.0) ** 3 < s**2 * w**3
    return np.where(shape == 0, square, np.where(shape == 1, ellipse, heart))
