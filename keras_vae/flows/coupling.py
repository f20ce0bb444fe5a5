"""The affine coupling step of RealNVP."""

import keras
from keras import ops

from keras_vae.flows.affine import Affine
from keras_vae.flows.flow import known
from keras_vae.types import Tensor


@known("coupling")
class Coupling(Affine):
    """Scales and shifts the second half of a code by a net of the first half; then the halves change places.

    `z = (u_b * exp(log_scale(u_a)) + shift(u_a), u_a)`, with u_a the first d // 2 numbers, and
    `log|det dz/du| = sum log_scale`. Its inverse costs as much as itself. Two steps change every number.

    Args:
        hidden: Ints of at least 1, the widths of the net's hidden layers. Default (64,).
        activation: Name or function, of the hidden layers. Default "relu".
        max_log_scale: Float above 0, the bound of a log-scale. Default 2.0.

    Raises:
        ValueError: If an argument is out of its range, or codes have fewer than 2 numbers.

    Example:
    >>> flow = keras_vae.flows.Coupling(hidden=(32,))
    >>> z, log_det = flow(keras.ops.ones((3, 4)))
    >>> u, _ = flow.inverse(z)

    Reference: Dinh et al. 2017, "Density estimation using Real NVP", equations 7 and 8.
    """

    min_dim = 2

    def build(self, u_shape: tuple, context_shape: tuple | None = None) -> None:
        """Make the net of the first half."""
        super().build(u_shape, context_shape)
        self.net = [keras.layers.Dense(n, activation=self.activation, dtype=self.dtype_policy) for n in self.hidden]
        num_moved = self.dim - self.dim // 2
        last = keras.layers.Dense(2 * num_moved, kernel_initializer="zeros", name="last", dtype=self.dtype_policy)
        self.net.append(last)
        width = self.dim // 2 + self.context_dim
        for layer in self.net:
            layer.build((None, width))
            width = layer.units

    def call(self, u: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map u to z."""
        kept, moved = ops.split(u, [self.dim // 2], axis=-1)
        shift, log_scale = self.shift_and_log_scale(kept, context)
        return ops.concatenate([moved * ops.exp(log_scale) + shift, kept], axis=-1), ops.sum(log_scale, axis=-1)

    def inverse(self, z: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map z back to u."""
        moved, kept = ops.split(z, [self.dim - self.dim // 2], axis=-1)
        shift, log_scale = self.shift_and_log_scale(kept, context)
        return ops.concatenate([kept, (moved - shift) * ops.exp(-log_scale)], axis=-1), -ops.sum(log_scale, axis=-1)
