"""A figure of the losses over the epochs."""

from typing import Any

import numpy as np

from keras_vae.arguments import shown, text_or_none
from keras_vae.plots import canvas
from keras_vae.types import Figure

PANELS = (
    ("reconstruction_loss", "Reconstruction", "nats per example"),
    ("kl_loss", "KL divergence", "nats per example"),
    ("elbo", "ELBO (beta = 1)", "nats per example"),
    ("beta", "beta", ""),
)


def history(history: Any, title: str | None = None) -> Figure:
    """Draw reconstruction, KL, ELBO and beta over the epochs, for training and validation.

    Args:
        history: What `fit` returns, or its `history`: a dict from the logs' names to a value for each epoch.
        title: Text or None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If a needed log is missing.

    Example:
    >>> keras_vae.plots.history(vae.fit(x, epochs=10)).savefig("history.png")
    """
    title = text_or_none("title", title)
    logs = getattr(history, "history", history)
    if not isinstance(logs, dict):
        raise ValueError(
            f"`history` must be what a VAE's fit returns, or a dict of logs. Received: history={shown(history)}"
        )
    missing = [name for name, _, _ in PANELS if not len(logs.get(name, ()))]
    if missing:
        raise ValueError(f"`history` must hold the logs of a VAE's fit. Received: {sorted(logs)}, without {missing}")
    fig = canvas.figure(8.0, 2.4)
    for axes, (name, panel, unit) in zip(fig.subplots(1, len(PANELS)), PANELS, strict=True):
        epochs = np.arange(1, len(logs[name]) + 1)
        marker = "o" if len(epochs) == 1 else None
        axes.plot(epochs, logs[name], color=canvas.TRAIN_COLOR, label="training", marker=marker)
        validation = logs.get(f"val_{name}")
        if validation is not None and name != "beta":
            # validation_freq may leave epochs out; the last validation belongs to the last epoch
            epochs = epochs if len(validation) == len(epochs) else np.linspace(1, len(epochs), len(validation))
            axes.plot(epochs, validation, color=canvas.TEST_COLOR, label="validation", marker=marker)
        canvas.label(axes, panel, "epoch", unit)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    if any(name.startswith("val_") for name in logs):
        fig.axes[0].legend(fontsize=canvas.FONT - 1, frameon=False)
    if title:
        fig.suptitle(title, fontsize=canvas.FONT + 2)
    return fig
