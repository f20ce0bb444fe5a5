"""The sigmoid in which a decoder ends, and how to leave it out."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import keras

from keras_vae.models.last_activation import activation_of, last_operation


class FinalSigmoid:
    """The sigmoid of the layer or operation in which a decoder ends: within `left_out()` the decoder gives logits.

    The layer gets a function named sigmoid that is Keras' own everywhere else, in other threads too: the decoder, its
    config and its files are what they were.
    """

    def __init__(self, operation: keras.Operation):
        self.here = threading.local()

        def sigmoid(x):
            return x if getattr(self.here, "left_out", False) else keras.activations.sigmoid(x)

        vars(sigmoid)["owner"] = self
        if isinstance(operation, keras.layers.Layer):
            operation.activation = sigmoid
        else:
            operation.call = sigmoid

    @contextlib.contextmanager
    def left_out(self) -> Iterator[None]:
        """Return a scope in which this thread's calls of the decoder leave the sigmoid out."""
        self.here.left_out = True
        try:
            yield
        finally:
            self.here.left_out = False


def final_sigmoid(decoder: keras.layers.Layer) -> FinalSigmoid | None:
    """Return the sigmoid in which a decoder ends; None if it ends in none that can be left out.

    It cannot be left out where it is not Keras' own, or where the decoder applies the same layer elsewhere too.
    """
    operation, once = last_operation(decoder)
    if not once:
        return None
    if isinstance(operation, keras.layers.Layer):
        function: Any = getattr(operation, "activation", None)
    else:
        function = vars(operation).get("call", activation_of(operation))
    if hasattr(function, "owner"):  # another VAE has this decoder too
        return function.owner
    return FinalSigmoid(operation) if function is keras.activations.sigmoid else None
