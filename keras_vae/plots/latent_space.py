"""A figure of the codes as points."""

import numpy as np

from keras_vae.arguments import text_or_none
from keras_vae.plots import canvas
from keras_vae.rows import as_labels
from keras_vae.types import ArrayLike, Figure


def latent_space(codes: ArrayLike, labels: ArrayLike | None = None, title: str | None = None) -> Figure:
    """Draw the codes of the data as points, coloured by label.

    Of more than two dimensions it draws the first two principal components, with the share of the variance that
    each holds.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as the posterior means of `vae.encode`.
        labels: Array of shape `(n,)` or None. Up to 20 different ones get a colour each, more a colour scale.
        title: Text or None; the default says what is drawn.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If `codes` is no matrix of finite numbers, or there is not one label for each code.

    Example:
    >>> keras_vae.plots.latent_space(vae.encode(x_test)[0], y_test)
    """
    title = text_or_none("title", title)
    codes = canvas.check_matrix("codes", codes)
    labels = None if labels is None else as_labels("labels", labels, len(codes))
    points, x_label, y_label = _two_dimensions(codes)
    fig = canvas.figure(4.6, 4.0)
    axes = fig.add_subplot()
    colors = canvas.class_colors(fig, axes, labels, len(points))
    size = float(np.clip(20000 / len(points), 2, 14))
    axes.scatter(points[:, 0], points[:, 1], s=size, c=colors, alpha=0.7, linewidths=0)
    names = "principal components" if codes.shape[1] > 2 else "space"
    canvas.label(axes, title or f"Latent {names}: posterior means", x_label, y_label)
    axes.set_aspect("equal", adjustable="datalim")
    axes.axhline(0.0, color=canvas.GREY, linewidth=0.5, zorder=0)
    axes.axvline(0.0, color=canvas.GREY, linewidth=0.5, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    return fig


def _two_dimensions(codes):
    if codes.shape[1] == 1:
        return np.column_stack([codes[:, 0], np.zeros(len(codes))]), "z[0]", ""
    if codes.shape[1] == 2:
        return codes, "z[0]", "z[1]"
    from sklearn.decomposition import PCA  # late: importing scikit-learn takes a second

    with np.errstate(invalid="ignore"):  # codes that all coincide have no variance to share
        pca = PCA(n_components=2).fit(codes)
    shares = np.nan_to_num(pca.explained_variance_ratio_)
    names = [f"component {i + 1} ({share:.0%} of the variance)" for i, share in enumerate(shares)]
    return pca.transform(codes), *names
