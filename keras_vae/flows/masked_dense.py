"""The masked dense layer of MADE."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.flows.flow import known
from keras_vae.types import Tensor


@known()
class MaskedDense(keras.layers.Layer):
    """A dense layer in which an output sees only the inputs of no higher degree.

    The degree of a number u_i is i, from 1: with increasing degrees through the layers, and `strict` in the last one,
    the net's output of degree i depends on u_1 to u_{i - 1} only. Inputs of degree 0 are seen by all.

    Args:
        input_degrees: Ints of at least 0, a degree for each input.
        output_degrees: Ints of at least 0, a degree for each output.
        strict: Bool; True lets an output see only the inputs of a lower degree. Default False.
        activation: Name or function. Default None.
        kernel_initializer: Name or `keras.initializers.Initializer`. Default "glorot_uniform".

    Example:
    >>> layer = MaskedDense([1, 2, 3], [1, 2, 3], strict=True)
    >>> layer(keras.ops.ones((1, 3)))  # the first output is 0: no input is of a lower degree

    Reference: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation", equations 12 and 13.
    """

    def __init__(
        self,
        input_degrees: Iterable[int],
        output_degrees: Iterable[int],
        strict: bool = False,
        activation: Any = None,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.input_degrees = [int(degree) for degree in input_degrees]
        self.output_degrees = [int(degree) for degree in output_degrees]
        self.strict = strict
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: tuple) -> None:
        """Make the weights and the mask."""
        inputs, outputs = np.array(self.input_degrees)[:, None], np.array(self.output_degrees)[None, :]
        self.seen = inputs < outputs if self.strict else inputs <= outputs
        self.kernel = self.add_weight(shape=self.seen.shape, initializer=self.kernel_initializer, name="kernel")
        self.bias = self.add_weight(shape=self.seen.shape[1:], initializer="zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        """Return activation(inputs (kernel * mask) + bias)."""
        kernel = self.kernel * ops.cast(self.seen, self.compute_dtype)
        return self.activation(ops.matmul(inputs, kernel) + self.bias)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "input_degrees": list(self.input_degrees),
            "output_degrees": list(self.output_degrees),
            "strict": self.strict,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
