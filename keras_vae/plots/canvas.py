"""The common parts of the figures."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vae.arguments import shown
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike, Figure

TRAIN_COLOR, TEST_COLOR, GREY = "#1f6fb4", "#d95f0e", "#666666"
FONT = 9


def figure(width: float, height: float) -> Figure:
    """Return a matplotlib Figure of a size in inches."""
    from keras_vae.plots.figure import Figure  # late: matplotlib takes a third of a second to import

    return Figure(figsize=(width, height), layout="constrained", dpi=120)


def width_of(text: str | None, size: float = FONT) -> float:
    """Return about how wide a text is, in inches: a letter is 0.6 of the font's size."""
    return 0.6 * size / 72 * len(text or "")


def label(axes: Any, title: str | None = None, x: str | None = None, y: str | None = None) -> None:
    """Write the title and the labels of the axes."""
    if title:
        axes.set_title(title, fontsize=FONT + 1)
    axes.set_xlabel(x or "", fontsize=FONT)
    axes.set_ylabel(y or "", fontsize=FONT)
    axes.tick_params(labelsize=FONT - 1)


def check_images(name: str, images: ArrayLike, axes_before: int) -> np.ndarray:
    """Return images as an array `(..., height, width, channels)` with `axes_before` axes before the height.

    Raises:
        ValueError: If the array has not these axes, is empty, has neither 1 nor 3 channels, or no real numbers.
    """
    if getattr(images, "dtype", None) is not None and np.iscomplexobj(images):
        raise ValueError(f"`{name}` must be images of real numbers. Received: type {images.dtype}")
    images = np.asarray(as_rows(name, images))
    if images.ndim == axes_before + 2:
        images = images[..., None]
    if images.ndim != axes_before + 3 or not images.size or images.shape[-1] not in (1, 3):
        before = "(" + "n, " * axes_before
        raise ValueError(
            f"`{name}` must be images of shape {before}height, width) or {before}height, width, 1 or 3). "
            f"Received: shape {images.shape}"
        )
    return images


def check_numbers(name: str, values: ArrayLike) -> np.ndarray:
    """Return values as a list of at least one finite number; raise a ValueError otherwise."""
    values = np.asarray(as_rows(name, values), dtype=float)
    if values.ndim != 1 or not values.size or not np.all(np.isfinite(values)):
        raise ValueError(f"`{name}` must be a list of finite numbers. Received: {name} of shape {values.shape}")
    return values


def check_matrix(name: str, values: ArrayLike, shape: str = "(n, latent_dim)") -> np.ndarray:
    """Return values as a matrix of finite numbers, not empty; raise a ValueError otherwise."""
    values = np.asarray(as_rows(name, values), dtype=float)
    if values.ndim != 2 or not values.size or not np.all(np.isfinite(values)):
        raise ValueError(f"`{name}` must be finite, of shape {shape}. Received: shape {values.shape}")
    return values


def check_names(name: str, values: Any) -> list[str]:
    """Return a list of texts from a list of anything; raise a ValueError if it is none."""
    try:
        if isinstance(values, (str, bytes)):
            raise TypeError("one text")
        return [str(value) for value in values]
    except TypeError as error:
        raise ValueError(f"`{name}` must be a list of texts. Received: {name}={shown(values)}") from error


def bars(names: ArrayLike, heights: np.ndarray, colors: Any = TRAIN_COLOR, bottom: float = 0.0) -> tuple[Figure, Any]:
    """Return a figure and axes with a bar for each name; of many names some are left out."""
    fig = figure(float(np.clip(1.5 + 0.28 * len(heights), 3.4, 9.0)), 2.6)
    axes = fig.add_subplot()
    axes.bar(np.arange(len(heights)), heights, color=colors, bottom=bottom)
    shown = range(0, len(heights), max(1, -(-len(heights) // 32)))
    axes.set_xticks(list(shown), [str(names[i]) for i in shown])
    axes.spines[["top", "right"]].set_visible(False)
    return fig, axes


def class_colors(fig: Any, axes: Any, labels: np.ndarray | None, n: int) -> Any:
    """Return a colour for each of n points, by label, with a legend of up to 20 labels, or else a colour scale.

    Labels are None or what `as_labels` has returned.
    """
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.lines import Line2D

    if labels is None:
        return [TRAIN_COLOR] * n
    classes, index = np.unique(labels, return_inverse=True)
    if len(classes) > 20:
        values = labels if np.issubdtype(labels.dtype, np.number) else index
        scale = ScalarMappable(Normalize(values.min(), values.max()), "viridis")
        fig.colorbar(scale, ax=axes).ax.tick_params(labelsize=FONT - 1)
        return scale.to_rgba(values)
    colors = colormaps["tab10" if len(classes) <= 10 else "tab20"](np.arange(len(classes)))
    handles = [Line2D([], [], marker="o", linestyle="", color=color, markersize=4) for color in colors]
    axes.legend(
        handles, [str(name) for name in classes], fontsize=FONT - 1, frameon=False, loc="upper left",
        bbox_to_anchor=(1.0, 1.0), handletextpad=0.1, borderaxespad=0.0,
    )  # fmt: skip
    return colors[index]


def tile(images: np.ndarray, gap: int = 1) -> np.ndarray:
    """Put images in [0, 1] `(rows, columns, height, width, channels)` into one picture, with white lines between."""
    rows, columns, height, width, channels = images.shape
    picture = np.ones((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), dtype="float32")
    for row in range(rows):
        for column in range(columns):
            top, left = row * (height + gap), column * (width + gap)
            picture[top : top + height, left : left + width] = images[row, column]
    return picture


def show(axes: Any, picture: np.ndarray, title: str | None = None) -> None:
    """Show a picture of 1 or 3 channels without axes."""
    axes.imshow(picture[..., 0] if picture.shape[-1] == 1 else picture, cmap="gray", vmin=0.0, vmax=1.0)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    if title:
        axes.set_title(title, fontsize=FONT + 1)


def image_grid(
    images: np.ndarray,
    title: str | None = None,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    cell: float = 0.6,
) -> Figure:
    """Return a figure of images in [0, 1] `(rows, columns, ...)`, with a text beside each row or under each column."""
    num_rows, num_columns, height, width, _ = images.shape
    gap = max(1, round(0.06 * width))
    left = 0.09 * max(map(len, rows)) if rows else 0.0
    inches = max(left + cell * num_columns + 0.2, 2 * left + 0.2 + width_of(title, FONT + 1))
    fig = figure(inches, cell * num_rows * height / width + (0.35 if title else 0.1))
    axes = fig.add_subplot()
    show(axes, tile(images, gap), title)
    axes.tick_params(length=0, labelsize=FONT - 1)
    if rows:
        axes.set_yticks([(height - 1) / 2 + i * (height + gap) for i in range(num_rows)], rows)
    if columns:
        axes.set_xticks([(width - 1) / 2 + i * (width + gap) for i in range(num_columns)], columns)
    return fig
