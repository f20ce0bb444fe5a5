"""A figure of latent dimensions against factors."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_vae.arguments import text_or_none
from keras_vae.plots import canvas
from keras_vae.types import ArrayLike, Figure


def code_factors(
    matrix: ArrayLike, factor_names: Iterable[Any] | None = None, unit: str = "nats", title: str | None = None
) -> Figure:
    """Draw a matrix of latent dimensions against factors, such as their mutual information, as a heat map.

    Args:
        matrix: Array of shape `(latent_dim, num_factors)`, of at least 0, such as
            `evaluation.code_factor_information(...)["information"]` or `evaluation.dci(...)["importance"]`.
        factor_names: Texts, or None, which numbers them. Default None.
        unit: Text beside the colour scale. Default "nats".
        title: Text or None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If the matrix is not finite, or there is not one name for each factor.

    Example:
    >>> keras_vae.plots.code_factors(np.eye(3), ["shape", "x", "y"])
    """
    title = text_or_none("title", title)
    unit = text_or_none("unit", unit)
    matrix = canvas.check_matrix("matrix", matrix, "(latent_dim, factors)")
    names = canvas.check_names("factor_names", range(matrix.shape[1]) if factor_names is None else factor_names)
    if len(names) != matrix.shape[1]:
        raise ValueError(f"`factor_names` must be {matrix.shape[1]} names. Received: {names!r}")
    title = title or "Mutual information of code and factor"
    longest = max(canvas.width_of(name, canvas.FONT - 1) for name in names)
    slanted = longest > 0.75
    width = max(1.8 + 0.75 * matrix.shape[1], 1.8 + canvas.width_of(title, canvas.FONT + 1))
    fig = canvas.figure(width, 1.0 + 0.28 * matrix.shape[0] + (0.5 * longest if slanted else 0.0))
    axes = fig.add_subplot()
    drawn = axes.imshow(matrix, cmap="Blues", vmin=0.0, aspect="auto")
    if matrix.size <= 200:
        for (i, j), value in np.ndenumerate(matrix):
            color = "white" if value > 0.6 * matrix.max() else "black"
            axes.text(j, i, f"{value:.2f}", ha="center", va="center", color=color, fontsize=canvas.FONT - 2)
    bar = fig.colorbar(drawn, ax=axes)
    bar.set_label(unit or "", fontsize=canvas.FONT)
    bar.ax.tick_params(labelsize=canvas.FONT - 1)
    slant: dict[str, Any] = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
    axes.set_xticks(range(len(names)), names, **slant)
    step = max(1, len(matrix) // 20)
    axes.set_yticks(range(0, len(matrix), step), [f"z[{i}]" for i in range(0, len(matrix), step)])
    canvas.label(axes, title)
    return fig
