"""The inverse autoregressive flow."""

import numpy as np
from keras import ops

from keras_vae.flows.affine import Affine
from keras_vae.flows.flow import known
from keras_vae.flows.masked_dense import MaskedDense
from keras_vae.types import Tensor


@known("inverse_autoregressive")
class InverseAutoregressive(Affine):
    """Scales and shifts each number by a MADE of those before it; then the order is reversed.

    `z_i = u_i * exp(log_scale_i(u_1..u_{i-1})) + shift_i(u_1..u_{i-1})`, and `log|det dz/du| = sum log_scale`. The map
    is one pass through the net; its inverse takes d passes, one after the other.

    Args:
        hidden: Ints of at least 1, the widths of the net's hidden layers. Default (64,).
        activation: Name or function, of the hidden layers. Default "relu".
        max_log_scale: Float above 0, the bound of a log-scale. Default 2.0.

    Raises:
        ValueError: If an argument is out of its range, or codes are not of shape `(batch, d)`.

    Example:
    >>> flow = keras_vae.flows.InverseAutoregressive(hidden=(32,))
    >>> z, log_det = flow(keras.ops.ones((3, 4)))

    References: Kingma et al. 2016, "Improved variational inference with inverse autoregressive flow", equation 10
    (without the gates of its equation 14); Germain et al. 2015, "MADE".
    """

    def build(self, u_shape: tuple, context_shape: tuple | None = None) -> None:
        """Make the masked net."""
        super().build(u_shape, context_shape)
        order, lowest = np.arange(1, self.dim + 1), 0 if self.context_dim else 1
        degrees = np.concatenate([order, np.zeros(self.context_dim, "int64")])
        for width in self.hidden:
            # Units of degree 0 see the context alone; one that saw the last number would be seen by no output.
            above = lowest + np.arange(width) % max(self.dim - lowest, 1)
            self.net.append(MaskedDense(degrees, above, activation=self.activation, dtype=self.dtype_policy))
            degrees = above
        outputs = np.tile(order, 2)
        self.net.append(
            MaskedDense(degrees, outputs, strict=True, kernel_initializer="zeros", name="last", dtype=self.dtype_policy)
        )
        for layer in self.net:
            layer.build((None, len(layer.input_degrees)))

    def call(self, u: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map u to z."""
        shift, log_scale = self.shift_and_log_scale(u, context)
        return ops.flip(u * ops.exp(log_scale) + shift, axis=-1), ops.sum(log_scale, axis=-1)

    def inverse(self, z: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map z back to u."""
        z = ops.flip(z, axis=-1)

        def one_more(_, u):
            # After i rounds the first i numbers are right: the next one depends on them alone.
            shift, log_scale = self.shift_and_log_scale(u, context)
            return (z - shift) * ops.exp(-log_scale)

        u = ops.fori_loop(0, self.dim, one_more, z)
        return u, -ops.sum(self.shift_and_log_scale(u, context)[1], axis=-1)
