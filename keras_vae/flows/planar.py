"""The planar flow."""

import keras
from keras import ops

from keras_vae.flows.flow import Flow, known
from keras_vae.types import Tensor

# w'u above -1 keeps the map invertible. A little above it, so that the determinant does not become 0 in float32.
LEAST_PRODUCT = -0.99


@known("planar")
class Planar(Flow):
    """Pushes codes along one direction, near a plane: `z = u + v tanh(w'u + b)`.

    `log|det dz/du| = log(1 + (1 - tanh(w'u + b)^2) w'v)`. v is kept from `w'v < -1`, where the map could not be
    inverted, by moving it along w: `v + (m(w'v) - w'v) w / |w|^2` with m(a) = a for positive a, and
    0.99 (exp(a) - 1) for negative ones. The paper has m(a) = log(1 + exp(a)) - 1, with which v = 0 would not be the
    identity. Of the inverse there is no formula.

    v, w and b are weights; with a context, a linear function of it is added to them, which is 0 at first, as v is.

    Raises:
        ValueError: If codes are not of shape `(batch, d)`.

    Example:
    >>> flow = keras_vae.flows.Planar()
    >>> z, log_det = flow(keras.ops.ones((3, 4)))

    Reference: Rezende and Mohamed 2015, "Variational inference with normalizing flows", section 4.1 and appendix A.
    """

    def build(self, u_shape: tuple, context_shape: tuple | None = None) -> None:
        """Make the weights."""
        super().build(u_shape, context_shape)
        self.v = self.add_weight(shape=(1, self.dim), initializer="zeros", name="v")
        self.w = self.add_weight(shape=(1, self.dim), initializer="glorot_uniform", name="w")
        self.b = self.add_weight(shape=(1, 1), initializer="zeros", name="b")
        self.of_context = None
        if self.context_dim:
            width = 2 * self.dim + 1
            self.of_context = keras.layers.Dense(
                width, use_bias=False, kernel_initializer="zeros", name="of_context", dtype=self.dtype_policy
            )
            self.of_context.build(context_shape)

    def call(self, u: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map u to z."""
        v, w, b = self.vectors(context)
        h = ops.tanh(ops.sum(w * u, axis=-1, keepdims=True) + b)
        slope = (1.0 - ops.square(h)) * ops.sum(w * v, axis=-1, keepdims=True)
        return u + v * h, ops.log1p(ops.squeeze(slope, axis=-1))

    def vectors(self, context: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Return v, made invertible, w and b, each with a row for all codes or for each of them."""
        v, w, b = self.v, self.w, self.b
        if self.of_context is not None:
            of_v, of_w, of_b = ops.split(self.of_context(context), [self.dim, 2 * self.dim], axis=-1)
            v, w, b = v + of_v, w + of_w, b + of_b
        product = ops.sum(w * v, axis=-1, keepdims=True)
        direction = ops.divide_no_nan(w, ops.sum(ops.square(w), axis=-1, keepdims=True))
        return v + (ops.elu(product, alpha=-LEAST_PRODUCT) - product) * direction, w, b
