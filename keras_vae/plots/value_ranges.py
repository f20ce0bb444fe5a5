"""Ranges of values: what a picture shows as black and white."""

import numpy as np

from keras_vae.arguments import shown
from keras_vae.types import ArrayLike

# A Gaussian decoder's means leave the data's range. Measured after 1 and 4 epochs on MNIST, digits and faces in [0, 1],
# their 5 % quantile is no lower than -0.21, and negative values make at most 0.20 of the sum of the absolute values.
# Of data in [-1, 1], two or more faces have a 5 % quantile below -0.25, and samples that are still grey near 0 a share
# of 0.4 and more. Not told apart: a single light face, and thin ink on white, of which few values are negative.
QUANTILE, CLEARLY_NEGATIVE, NEGATIVE_SHARE = 0.05, -0.25, 0.3


def of_data(x: np.ndarray, stated: ArrayLike | None = None) -> tuple[float, float]:
    """Return the range of data: [0, 1], [-1, 1] if a value is negative, or [0, 255].

    Args:
        x: Array of images.
        stated: A pair (low, high), which is returned, or None. Default None.

    Returns:
        (low, high). Integers above 1 and floats above 2 are taken for [0, 255]. What fits none of the three, such as
        standardised data or 16-bit images, has the range of its own values.

    Raises:
        ValueError: If the stated range is no increasing pair of finite numbers.
    """
    # Rounding, as in 2 * x - 1, is no sign.
    return _of(x, stated, lambda values: values.min() < -1e-3)


def of_means(images: np.ndarray, stated: ArrayLike | None = None) -> tuple[float, float]:
    """Return the range of the data that a decoder's means stand for; the arguments and the rest are as in `of_data`.

    Means lie a little outside of the data's range. They stand for data in [-1, 1] if one value in twenty is below
    -0.25, or the negative values make more than 0.3 of the sum of all absolute values. Images that are nearly all
    light need the range stated.
    """
    return _of(images, stated, _clearly_negative)


def to_unit(images: np.ndarray, value_range: tuple[float, float]) -> np.ndarray:
    """Return images with the range's ends at 0 and 1, as float32; values outside are clipped."""
    low, high = value_range
    return np.clip((images.astype("float64") - low) / (high - low), 0.0, 1.0).astype("float32")


def _of(images, stated, is_signed):
    if stated is not None:
        return _checked(stated)
    values = images[np.isfinite(images)].astype("float64")
    if not values.size:
        return 0.0, 1.0
    low, high, signed = values.min(), values.max(), is_signed(values)
    whole = np.issubdtype(images.dtype, np.integer)
    if -2 <= low and high <= (1 if whole else 2):
        return (-1.0, 1.0) if signed else (0.0, 1.0)
    if not signed and high <= (255 if whole else 510):
        return 0.0, 255.0
    return float(low), float(max(high, low + 1e-6))


def _clearly_negative(values: np.ndarray) -> bool:
    share = -values[values < 0].sum() / max(np.abs(values).sum(), 1e-30)
    return share > NEGATIVE_SHARE or np.quantile(values, QUANTILE) < CLEARLY_NEGATIVE


def _checked(value_range):
    try:
        pair = np.asarray(value_range)
    except ValueError:  # lists of different lengths
        pair = np.empty(0)
    if pair.shape != (2,) or pair.dtype.kind not in "iuf" or not np.all(np.isfinite(pair)) or pair[0] >= pair[1]:
        raise ValueError(
            "`value_range` must be None or an increasing pair (low, high), such as (-1, 1). "
            f"Received: value_range={shown(value_range)}"
        )
    return float(pair[0]), float(pair[1])
