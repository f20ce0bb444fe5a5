"""A figure of the posteriors as ellipses over the prior."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import LARGEST, shown, text_or_none, whole_number
from keras_vae.plots import canvas
from keras_vae.rows import as_labels
from keras_vae.types import ArrayLike, Figure

MOST_LOG_SIGMA = np.log(LARGEST)


def posterior_blobs(
    mean: ArrayLike,
    log_var: ArrayLike,
    labels: ArrayLike | None = None,
    dimensions: Sequence[int] | None = None,
    num: int = 300,
    title: str | None = None,
) -> Figure:
    """Draw the posteriors of some examples in two latent dimensions, over the circles of the standard normal prior.

    An ellipse reaches one standard deviation to each side. If the blobs fill the circles without gaps, samples from
    the prior land where the decoder has been trained.

    Args:
        mean: Array of shape `(n, latent_dim)`, at least two dimensions.
        log_var: Array of the same shape.
        labels: Array of shape `(n,)` or None; they colour the blobs. Default None.
        dimensions: Two ints, or None: the two whose means vary most. Default None.
        num: Int of at least 1; of more examples the first so many are drawn. Default 300.
        title: Text or None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If the arrays do not fit, or have fewer than two dimensions.

    Example:
    >>> mean, log_var = vae.encode(x_test)
    >>> keras_vae.plots.posterior_blobs(mean, log_var, y_test)
    """
    from matplotlib.collections import EllipseCollection
    from matplotlib.patches import Circle

    title = text_or_none("title", title)
    num = whole_number("num", num)
    mean, log_var = canvas.check_matrix("mean", mean), canvas.check_matrix("log_var", log_var)
    if mean.shape[1] < 2 or mean.shape != log_var.shape:
        raise ValueError(
            "`mean` and `log_var` must be finite, of one shape (n, latent_dim) with latent_dim of at least 2. "
            f"Received: {mean.shape} and {log_var.shape}"
        )
    labels = None if labels is None else as_labels("labels", labels, len(mean))
    a, b = np.sort(np.argsort(-mean.var(axis=0))[:2]) if dimensions is None else _pair(dimensions, mean.shape[1])
    centers, log_sigma = mean[:num][:, [a, b]], 0.5 * log_var[:num][:, [a, b]]
    if np.abs(log_sigma).max() > MOST_LOG_SIGMA or np.abs(centers).max() > LARGEST:
        raise ValueError("`mean` and `log_var` must hold what float32 can. Received: values beyond it")
    sigma = np.exp(log_sigma)
    fig = canvas.figure(4.8, 4.2)
    axes = fig.add_subplot()
    colors = canvas.class_colors(fig, axes, None if labels is None else labels[:num], len(centers))
    blobs = EllipseCollection(
        2.0 * sigma[:, 0], 2.0 * sigma[:, 1], np.zeros(len(centers)), units="xy", offsets=centers,
        offset_transform=axes.transData, facecolors=colors, edgecolors=colors, alpha=0.2, linewidths=0.6,
    )  # fmt: skip
    axes.add_collection(blobs)
    for radius in (1.0, 2.0, 3.0):
        axes.add_patch(Circle((0.0, 0.0), radius, fill=False, color="black", linewidth=0.8, linestyle=":"))
    reach = max(3.2, float(np.abs(centers).max() + sigma.max()))
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_aspect("equal")
    canvas.label(axes, title or "Posteriors over the prior (1, 2, 3 sigma)", f"z[{a}]", f"z[{b}]")
    return fig


def _pair(dimensions, latent_dim):
    """Return two latent dimensions as ints; raise a ValueError if they are none."""
    try:
        a, b = (whole_number("dimensions", dimension, low=-latent_dim, high=latent_dim - 1) for dimension in dimensions)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`dimensions` must be two ints from 0 to {latent_dim - 1}, or None. Received: "
            f"dimensions={shown(dimensions)}"
        ) from error
    return a, b
