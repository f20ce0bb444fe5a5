"""The base of the flows that scale and shift each number."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import at_least, whole_numbers
from keras_vae.flows.flow import Flow
from keras_vae.types import Tensor


class Affine(Flow):
    """z = u * exp(log_scale) + shift, both from a dense net of other numbers of u and of the context.

    A subclass builds `net`, a list of layers. The last one starts at zero and gives the shifts and the log-scales side
    by side: in a new flow both are 0.

    Args:
        hidden: Ints of at least 1, the widths of the hidden layers. Default (64,).
        activation: Name or function, of the hidden layers. Default "relu".
        max_log_scale: Float above 0: the log-scales are `m * tanh(raw / m)`, between -m and m. Without a bound one
            step can overflow. Default 2.0.
    """

    def __init__(
        self, hidden: Sequence[int] = (64,), activation: Any = "relu", max_log_scale: float = 2.0, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.hidden = whole_numbers("hidden", hidden)
        self.activation = keras.activations.get(activation)
        self.max_log_scale = at_least("max_log_scale", max_log_scale, 0.0, strict=True)
        self.net: list[keras.layers.Layer] = []

    def shift_and_log_scale(self, numbers: Tensor, context: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return what the net says of some numbers of a code: the shifts and the bounded log-scales."""
        h = numbers if context is None else ops.concatenate([numbers, context], axis=-1)
        for layer in self.net:
            h = layer(h)
        shift, raw = ops.split(h, 2, axis=-1)
        return shift, self.max_log_scale * ops.tanh(raw / self.max_log_scale)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        activation = keras.activations.serialize(self.activation)
        arguments = {"hidden": list(self.hidden), "activation": activation, "max_log_scale": self.max_log_scale}
        return {**super().get_config(), **arguments}
