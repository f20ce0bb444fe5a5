"""The base of the likelihoods p(x|z)."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import batch
from keras_vae.known import Known
from keras_vae.types import Seed, Tensor

known = Known("keras_vae.likelihoods")


class Likelihood(keras.layers.Layer):
    """The base of the likelihoods: a subclass writes `log_density`, `mean` and `sample`.

    The decoder gives the distribution's parameters as one tensor of the data's shape, whose last axis is
    `num_parameters` times as long. A likelihood may own weights (a learned sigma): it is a Keras layer.
    """

    num_parameters = 1
    support: tuple[float, float] | None = None  # (lowest, highest) value of the data, where it is bounded

    def __init__(self, dtype: str = "float32", **kwargs: Any):
        # float32 whatever the global policy: the sum over 784 pixels overflows in float16.
        super().__init__(dtype=dtype, **kwargs)

    def log_density(self, x: Tensor, parameters: Tensor) -> Tensor:
        """Return the log density of each element, in nats."""
        raise NotImplementedError(f"{type(self).__name__} must define `log_density`.")

    def mean(self, parameters: Tensor) -> Tensor:
        """Return the mean of p(x|z), of the data's shape."""
        raise NotImplementedError(f"{type(self).__name__} must define `mean`.")

    def sample(self, parameters: Tensor, seed: Seed) -> Tensor:
        """Draw x from p(x|z), of the data's shape, with a `keras.random.SeedGenerator` or an int."""
        raise NotImplementedError(f"{type(self).__name__} must define `sample`.")

    def log_prob(self, x: Tensor, parameters: Tensor) -> Tensor:
        """Return log p(x|z) of each example in nats, with the normalizing constant, in float32.

        Args:
            x: Tensor of shape `(batch, ...)`.
            parameters: Tensor of that shape, its last axis `num_parameters` times as long.

        Returns:
            Tensor of shape `(batch,)`, summed over all axes but the first.
        """
        density = self.log_density(
            self._flat(ops.cast(x, "float32"), 1), self._flat(ops.cast(parameters, "float32"), 1)
        )
        return batch.sum_of_events(density)

    def log_prob_of_draws(self, x: Tensor, parameters: Tensor, num_samples: int) -> Tensor:
        """Return log p(x|z) of each example at several draws of z, x being broadcast and not copied.

        Args:
            x: Tensor of shape `(batch, ...)`.
            parameters: Tensor of shape `(batch * num_samples, ...)`, the draws of an example in a row.
            num_samples: Int.

        Returns:
            Float32 tensor of shape `(batch, num_samples)`.
        """
        x, parameters = ops.cast(x, "float32"), ops.cast(parameters, "float32")
        parameters = ops.reshape(parameters, (-1, num_samples, *parameters.shape[1:]))
        density = self.log_density(self._flat(ops.expand_dims(x, 1), 2), self._flat(parameters, 2))
        return ops.sum(density, axis=tuple(range(2, len(density.shape))))

    def _flat(self, values, axes_before):
        """Merge the axes of the event, all of them where each value has one parameter: XLA is slow at short axes."""
        kept = (values.shape[-1],) if self.num_parameters > 1 else ()
        return ops.reshape(values, (*ops.shape(values)[:axes_before], -1, *kept))

    def event_shape(self, parameters_shape: Sequence[int]) -> tuple[int, ...]:
        """Return the data's shape without the batch, given the shape of the decoder's output."""
        *outer, last = parameters_shape[1:]
        if last % self.num_parameters:
            raise ValueError(
                f"`decoder` must give {self.num_parameters} values for each value of the data along its last axis "
                f"with the likelihood {type(self).__name__}. Received: decoder output of shape {parameters_shape}"
            )
        return (*outer, last // self.num_parameters)

    def is_probability(self, x: np.ndarray) -> bool:
        """Say whether p(x|z) is a probability of such data, an array, and no density or cross entropy."""
        return False

    def misfit(self, activation: str | None, values: Callable[[], np.ndarray]) -> tuple[str | None, bool]:
        """Say why a decoder that ends in some activation does not fit, None if it does, and whether that is certain.

        Args:
            activation: Name of the decoder's last activation, "linear" for none; None if it is not known.
            values: Function without arguments that returns an array of the decoder's outputs at some codes; for an
                activation that is not known.
        """
        return None, False

    def outside_support(self, x: Tensor) -> Tensor:
        """Return 1.0 if some value of the batch is outside the support, else 0.0."""
        if self.support is None:
            return ops.zeros(())
        low, high = self.support
        return ops.cast(ops.any(ops.logical_or(x < low, x > high)), "float32")

    def call(self, x: Tensor, parameters: Tensor) -> Tensor:
        """Return `log_prob`: calling a likelihood as a layer is asking for its log-likelihood."""
        return self.log_prob(x, parameters)
