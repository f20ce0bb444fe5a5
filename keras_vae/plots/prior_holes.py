"""A figure of the prior's holes."""

import numpy as np

from keras_vae.arguments import at_least, text_or_none
from keras_vae.plots import canvas
from keras_vae.types import ArrayLike, Figure


def prior_holes(
    grid: ArrayLike, prior: ArrayLike, aggregate_posterior: ArrayLike, threshold: float = 0.1, title: str | None = None
) -> Figure:
    """Draw how many times denser or rarer than the prior the codes are, over the latent plane, and ring the holes.

    Args:
        grid: Array of shape `(n,)`, the values of z[0] and of z[1].
        prior: Array of shape `(n, n)`, the prior's density, a row for each z[1].
        aggregate_posterior: Array of the same shape, the density of the codes of all the data.
        threshold: Float above 0; a hole is where the codes are rarer than this share of the prior. Default 0.1.
        title: Text or None; the default gives the share of the prior's mass in holes, on the grid.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If the shapes do not fit, or the threshold is not above 0.

    Example:
    >>> maps = keras_vae.evaluation.prior_hole_map(np.zeros((5, 2)), np.zeros((5, 2)), n=21)
    >>> keras_vae.plots.prior_holes(**maps)
    """
    title = text_or_none("title", title)
    threshold = at_least("threshold", threshold, 0.0, strict=True)
    grid, prior = canvas.check_numbers("grid", grid), canvas.check_matrix("prior", prior, "(n, n)")
    codes = canvas.check_matrix("aggregate_posterior", aggregate_posterior, "(n, n)")
    if prior.shape != (len(grid),) * 2 or codes.shape != prior.shape:
        raise ValueError(
            f"`prior` and `aggregate_posterior` must have the shape ({grid.size}, {grid.size}) of the grid. "
            f"Received: {prior.shape} and {codes.shape}"
        )
    with np.errstate(divide="ignore", under="ignore"):
        ratio = np.log10(np.maximum(codes, 1e-300) / np.maximum(prior, 1e-300))
    # Far out neither has mass: only where the prior has some does its ratio say anything.
    ratio = np.ma.masked_where(prior < prior.max() * np.exp(-0.5 * 3.0**2), ratio)
    fig = canvas.figure(4.9, 4.2)
    axes = fig.add_subplot()
    drawn = axes.pcolormesh(grid, grid, ratio, cmap="RdBu", vmin=-2.0, vmax=2.0, shading="nearest", rasterized=True)
    bar = fig.colorbar(drawn, ax=axes, ticks=[-2, -1, 0, 1, 2], extend="both")
    bar.ax.set_yticklabels(["1/100", "1/10", "as dense", "10", "100"], fontsize=canvas.FONT - 1)
    bar.set_label("codes / prior", fontsize=canvas.FONT)
    if ratio.min() < np.log10(threshold) < ratio.max():
        axes.contour(grid, grid, ratio, levels=[np.log10(threshold)], colors="black", linewidths=1.0)
    share = prior[codes < threshold * prior].sum() / prior.sum()
    canvas.label(axes, title or f"Prior holes: {share:.1%} of the prior's mass", "z[0]", "z[1]")
    axes.set_aspect("equal")
    return fig
