"""A figure of the losses over the epochs."""

import math
from typing import Any

import numpy as np

from keras_vae.arguments import shown, text_or_none
from keras_vae.plots import canvas
from keras_vae.types import Figure

NATS = "nats per example"
# What the names of logs stand for; others are their own titles.
TITLES = {
    "loss": "Loss",
    "reconstruction_loss": "Reconstruction",
    "kl_loss": "KL divergence",
    "elbo": "ELBO (beta = 1)",
    "total_correlation": "Total correlation",
    "critic_loss": "Critic loss",
}
OF_A_VAE = ("reconstruction_loss", "kl_loss", "elbo", "beta")
MOST_IN_A_ROW = 4


def history(history: Any, title: str | None = None) -> Figure:
    """Draw the parts of the loss over the epochs, for training and validation, and the weights that were moved.

    Of a VAE these are reconstruction, KL, ELBO and beta; of other models what they log besides or instead, such as
    penalties, a critic's loss, and the loss itself.

    Args:
        history: What `fit` returns, or its `history`: a dict from the logs' names to a value for each epoch.
        title: Text or None.

    Returns:
        A matplotlib Figure.

    Raises:
        ValueError: If these are no logs of a model of this package.

    Example:
    >>> keras_vae.plots.history(vae.fit(x, epochs=10)).savefig("history.png")
    """
    title = text_or_none("title", title)
    logs = getattr(history, "history", history)
    if not isinstance(logs, dict):
        raise ValueError(
            f"`history` must be what a VAE's fit returns, or a dict of logs. Received: history={shown(history)}"
        )
    if not len(logs.get("reconstruction_loss", ())):
        raise ValueError(
            f"`history` must hold the logs of a VAE's fit. Received: {sorted(logs)}, without reconstruction_loss"
        )
    names = panels(logs)
    rows = math.ceil(len(names) / MOST_IN_A_ROW)
    fig = canvas.figure(2.0 * min(len(names), MOST_IN_A_ROW), 2.4 * rows)
    for place, name in enumerate(names, start=1):
        _draw(fig.add_subplot(rows, min(len(names), MOST_IN_A_ROW), place), logs, name)
    if any(name.startswith("val_") for name in logs):
        fig.axes[0].legend(fontsize=canvas.FONT - 1, frameon=False)
    if title:
        fig.suptitle(title, fontsize=canvas.FONT + 2)
    return fig


def panels(logs: dict[str, Any]) -> list[str]:
    """Return the names of the logs that are drawn, in their order."""
    of_a_vae = [name for name in OF_A_VAE if len(logs.get(name, ()))]
    left_out = ("val_", "skipped_updates", "learning_rate", "active_units", "monitored_kl")
    others = [name for name in logs if name not in ("loss", *OF_A_VAE) and not name.startswith(left_out)]
    # The loss of a plain VAE is the sum of two panels.
    is_plain = "elbo" in of_a_vae and not others
    return [*([] if is_plain or "loss" not in logs else ["loss"]), *of_a_vae, *others]


def _draw(axes, logs, name):
    epochs = np.arange(1, len(logs[name]) + 1)
    marker = "o" if len(epochs) == 1 else None
    axes.plot(epochs, logs[name], color=canvas.TRAIN_COLOR, label="training", marker=marker)
    validation = logs.get(f"val_{name}")
    is_weight = name in ("beta", "gamma") or name.endswith("_weight")
    if validation is not None and not is_weight:
        # validation_freq may leave epochs out; the last validation belongs to the last epoch
        epochs = epochs if len(validation) == len(epochs) else np.linspace(1, len(epochs), len(validation))
        axes.plot(epochs, validation, color=canvas.TEST_COLOR, label="validation", marker=marker)
    canvas.label(axes, TITLES.get(name, name), "epoch", NATS if name in TITLES else "")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
