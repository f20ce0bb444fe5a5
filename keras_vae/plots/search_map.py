"""A figure of a search's objective over latent size and beta."""

from typing import Any

import numpy as np

from keras_vae.arguments import text_or_none
from keras_vae.plots import canvas
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike, Figure


def search_map(
    latent_dim: ArrayLike,
    beta: ArrayLike,
    score: ArrayLike,
    annealing: ArrayLike | None = None,
    name: str = "objective",
    title: str | None = "Search",
) -> Figure:
    """Draw each trial at its latent size and beta, in the colour of its score, the best one ringed.

    Args:
        latent_dim: Array of shape `(trials,)`.
        beta: Array of shape `(trials,)`, above 0: drawn on a log scale, unless one is 0.
        score: Array of shape `(trials,)`, the higher the better; NaN for a trial that failed, drawn as a cross.
        annealing: Array of bools of shape `(trials,)`, or None: trials with annealing are circles, those without
            squares. Default None.
        name: Text beside the colours. Default "objective".
        title: Text or None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If the arrays differ in length, or no trial has a score.

    Example:
    >>> keras_vae.plots.search_map([2, 8, 8], [1.0, 0.5, 4.0], [-33.0, -25.0, -29.0], name="ELBO, nats")
    """
    from matplotlib.ticker import MaxNLocator

    title = text_or_none("title", title)
    name = text_or_none("name", name)
    latent_dim, beta = canvas.check_numbers("latent_dim", latent_dim), canvas.check_numbers("beta", beta)
    score = np.asarray(as_rows("score", score), dtype=float)
    annealing = np.asarray(as_rows("annealing", np.ones(len(score)) if annealing is None else annealing), dtype=bool)
    if score.ndim > 1 or annealing.ndim > 1:
        raise ValueError(
            f"`score` and `annealing` must have the shape (trials,). Received: {score.shape} and {annealing.shape}"
        )
    lengths = [len(latent_dim), len(beta), len(score), len(annealing)]
    scored = np.isfinite(score)
    if len(set(lengths)) > 1 or not scored.any():
        raise ValueError(
            "`latent_dim`, `beta`, `score` and `annealing` must be of one length, with at least one finite score. "
            f"Received: lengths {lengths}, {int(scored.sum())} finite scores"
        )
    fig = canvas.figure(5.6, 3.8)
    axes = fig.add_subplot()
    # The worst trials would take all the colours from the good ones.
    low = np.quantile(score[scored], 0.1)
    style: dict[str, Any] = {"cmap": "viridis", "vmin": low, "vmax": score[scored].max(), "s": 60, "zorder": 2}
    for kind, marker, label in ((annealing, "o", "annealed"), (~annealing, "s", "not annealed")):
        shown = kind & scored
        if shown.any():
            points = axes.scatter(latent_dim[shown], beta[shown], c=score[shown], marker=marker, label=label, **style)
    if not scored.all():
        axes.scatter(latent_dim[~scored], beta[~scored], marker="x", color=canvas.GREY, label="failed")
    best = int(np.nanargmax(score))
    ring: dict[str, Any] = {"s": 170, "facecolors": "none", "edgecolors": canvas.TEST_COLOR, "linewidths": 1.8}
    axes.scatter(latent_dim[best], beta[best], label="best", zorder=3, **ring)
    bar = fig.colorbar(points, ax=axes, extend="min" if score[scored].min() < low else "neither")
    bar.set_label(name or "", fontsize=canvas.FONT)
    bar.ax.tick_params(labelsize=canvas.FONT - 1)
    if (beta > 0).all():
        axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(0.1)
    axes.legend(
        fontsize=canvas.FONT - 1, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4,
        handletextpad=0.2, columnspacing=1.0,
    )  # fmt: skip
    canvas.label(axes, None, "latent size", "beta")
    if title:
        fig.suptitle(title, fontsize=canvas.FONT + 1)
    axes.spines[["top", "right"]].set_visible(False)
    return fig
