"""A figure of a search's scores for each seed."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_vae.arguments import shown, text_or_none
from keras_vae.plots import canvas
from keras_vae.types import ArrayLike, Figure

SHOWN = 30


def seed_spread(
    scores: Iterable[ArrayLike],
    labels: Iterable[Any],
    name: str = "objective",
    title: str | None = "Spread over the seeds",
) -> Figure:
    """Draw each trial's seeds as points, and their mean as a line; the best trials first.

    Args:
        scores: For each trial a list of the scores of its seeds, the higher the better.
        labels: A text for each trial.
        name: Text beside the axis of the scores. Default "objective".
        title: Text or None.

    Returns:
        A matplotlib Figure of at most 30 trials.

    Raises:
        ValueError: If there is no trial, a trial has no finite score, or the lists differ in length.

    Example:
    >>> keras_vae.plots.seed_spread([[-25.0, -25.4], [-26.1, -25.2]], ["8, beta 1", "4, beta 2"], name="ELBO, nats")
    """
    title = text_or_none("title", title)
    name = text_or_none("name", name)
    if not isinstance(scores, Iterable) or getattr(scores, "shape", None) == ():
        raise ValueError(f"`scores` must be a list of lists of numbers. Received: scores={shown(scores)}")
    scores, labels = [canvas.check_numbers("scores", v) for v in scores], canvas.check_names("labels", labels)
    if not scores or len(scores) != len(labels):
        raise ValueError(
            f"`scores` and `labels` must be of one length, at least 1. Received: {len(scores)}, {len(labels)}"
        )
    order = sorted(range(len(scores)), key=lambda i: -scores[i].mean())[:SHOWN]
    names = [labels[i] for i in order]
    fig = canvas.figure(max(5.6, 4.6 + max(map(canvas.width_of, names))), 0.9 + 0.22 * max(len(order), 4))
    axes = fig.add_subplot()
    for place, i in enumerate(order):
        axes.plot([scores[i].min(), scores[i].max()], [place, place], color="#cccccc", linewidth=1.0, zorder=1)
        axes.scatter(scores[i], np.full(len(scores[i]), place), s=18, color=canvas.TRAIN_COLOR, zorder=2)
        axes.plot(scores[i].mean(), place, marker="|", markersize=11, color=canvas.TEST_COLOR, zorder=3)
    axes.set_yticks(range(len(order)), names)
    axes.invert_yaxis()
    canvas.label(axes, title, name)
    axes.spines[["top", "right"]].set_visible(False)
    return fig
