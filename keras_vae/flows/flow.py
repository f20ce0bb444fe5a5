"""The base of the flows."""

from typing import Any

import keras

from keras_vae.arguments import shape_text
from keras_vae.known import Known
from keras_vae.types import Tensor

known = Known("keras_vae.flows")


class Flow(keras.layers.Layer):
    """An invertible map from u to z, which may depend on a context: a Keras layer `(u, context) -> (z, log|det|)`.

    A subclass writes `build`, `call`, and `inverse` where there is one. Codes are of shape `(batch, d)`. A new flow
    changes no number: it only puts them into another order.
    """

    min_dim: int = 1  # the fewest numbers of a code that the flow can map

    def __init__(self, dtype: str = "float32", **kwargs: Any):
        # float32 whatever the global policy: the log-determinant is a part of a density.
        super().__init__(dtype=dtype, **kwargs)
        self.dim: int | Any = None  # until the flow is built
        self.context_dim: int | Any = None

    def build(self, u_shape: tuple, context_shape: tuple | None = None) -> None:
        """Take the sizes from the shapes of u, `(batch, d)`, and of the context, `(batch, context_dim)` or None.

        Raises:
            ValueError: If they are of other shapes, or d is too small.
        """
        for name, shape, low in (("u", u_shape, self.min_dim), ("context", context_shape or (None, 1), 1)):
            if len(shape) != 2 or shape[1] is None or shape[1] < low:
                raise ValueError(
                    f"`{name}` must have the shape (batch, n) with n of at least {low} for the flow "
                    f"{type(self).__name__}. Received: {name} of shape {shape_text(shape)}"
                )
        self.dim, self.context_dim = u_shape[1], context_shape[1] if context_shape else 0

    @property
    def has_inverse(self) -> bool:
        """Whether `inverse` is defined."""
        return type(self).inverse is not Flow.inverse

    def call(self, u: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map u to z.

        Args:
            u: Float tensor of shape `(batch, d)`.
            context: Float tensor of shape `(batch, context_dim)`, or None. Default None.

        Returns:
            z, `(batch, d)`, and log|det dz/du|, `(batch,)`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def inverse(self, z: Tensor, context: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map z back to u; the flow must be built.

        Args:
            z: Float tensor of shape `(batch, d)`.
            context: Float tensor of shape `(batch, context_dim)`, or None. Default None.

        Returns:
            u, `(batch, d)`, and log|det du/dz|, `(batch,)`.

        Raises:
            ValueError: If there is no formula for it.
        """
        raise ValueError(f"The inverse is not defined for the flow {type(self).__name__}.")
