"""A figure of rate and distortion."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_vae.arguments import text_or_none, whole_number
from keras_vae.plots import canvas
from keras_vae.types import ArrayLike, Figure


def rate_distortion(
    rate: ArrayLike,
    distortion: ArrayLike,
    labels: Iterable[Any] | None = None,
    knee: int | None = None,
    title: str | None = "Rate and distortion",
) -> Figure:
    """Draw models as points of rate (KL) and distortion (reconstruction), with lines of equal ELBO and the front.

    Args:
        rate: Array of shape `(models,)`, the KL, nats per example.
        distortion: Array of shape `(models,)`, the reconstruction loss, nats per example.
        labels: A text for each model, such as "beta = 4", or None. Default None.
        knee: Number of a model to mark, such as the front's knee, or None. Default None.
        title: Text or None.

    Returns:
        A matplotlib Figure; the front joins the models that no other beats in both.

    Raises:
        ValueError: If the arrays differ in length or are not finite, or there is no model `knee`.

    Example:
    >>> keras_vae.plots.rate_distortion([1.0, 5.0, 20.0], [130.0, 110.0, 90.0], ["4", "2", "1"])

    Reference: Alemi et al. 2018, "Fixing a broken ELBO", figure 1.
    """
    title = text_or_none("title", title)
    rate, distortion = canvas.check_numbers("rate", rate), canvas.check_numbers("distortion", distortion)
    names = [""] * len(rate) if labels is None else canvas.check_names("labels", labels)
    if not len(rate) == len(distortion) == len(names):
        raise ValueError(
            f"`rate`, `distortion` and `labels` must be of one length. Received: {len(rate)}, {len(distortion)}, "
            f"{len(names)}"
        )
    knee = None if knee is None else whole_number("knee", knee, low=0)
    if knee is not None and knee >= len(rate):
        raise ValueError(f"`knee` must be the number of one of the {len(rate)} models. Received: knee={knee!r}")
    fig = canvas.figure(5.2, 3.8)
    axes = fig.add_subplot()
    order = np.argsort(rate)
    best = np.minimum.accumulate(distortion[order])
    front = order[distortion[order] <= best]
    axes.plot(rate[front], distortion[front], color=canvas.TRAIN_COLOR, linewidth=1.0, zorder=2)
    axes.scatter(rate, distortion, s=22, color=canvas.TRAIN_COLOR, zorder=3)
    if knee is not None:
        ring: dict[str, Any] = {
            "s": 90,
            "facecolors": "none",
            "edgecolors": canvas.TEST_COLOR,
            "linewidths": 1.5,
            "zorder": 4,
        }
        axes.scatter(rate[knee], distortion[knee], label="knee", **ring)
        axes.legend(fontsize=canvas.FONT - 1, frameon=False)
    # Over and under the front in turn, so that neighbours do not hide each other's names.
    middle = (rate.min() + rate.max()) / 2
    named = [i for i in order if names[i]]
    for place, i in enumerate(named):
        left = {"xytext": (-4, -4), "ha": "right", "va": "top"}
        side = {"xytext": (4, 4)} if place % 2 == 0 or rate[i] < middle else left
        axes.annotate(names[i], (rate[i], distortion[i]), textcoords="offset points", fontsize=canvas.FONT - 1, **side)
    axes.margins(0.12)
    _equal_elbo(axes)
    canvas.label(axes, title, "rate: KL, nats per example", "distortion: reconstruction, nats per example")
    axes.spines[["top", "right"]].set_visible(False)
    return fig


def _equal_elbo(axes):
    """Draw lines of rate + distortion = -ELBO, and name each within the frame."""
    from matplotlib.ticker import MaxNLocator

    x_low, x_high = axes.get_xlim()
    y_low, y_high = axes.get_ylim()
    for loss in MaxNLocator(7).tick_values(x_low + y_low, x_high + y_high):
        axes.plot([x_low, x_high], [loss - x_low, loss - x_high], color="#cccccc", linewidth=0.6, zorder=0)
        # Each line is named where it enters the frame: on the left side, or else at the bottom.
        x, y = (x_low, loss - x_low) if loss - x_low < y_high else (loss - y_low, y_low)
        if x_low <= x < x_high - 0.15 * (x_high - x_low) and y_low <= y < y_high - 0.06 * (y_high - y_low):
            axes.text(x, y, f" ELBO {-loss:g}", fontsize=canvas.FONT - 2, color=canvas.GREY, va="bottom", zorder=0)
    axes.set_xlim(x_low, x_high)
    axes.set_ylim(y_low, y_high)
