"""The base of the posteriors q(z|x)."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import shape_text
from keras_vae.known import Known
from keras_vae.types import Seed, Tensor

known = Known("keras_vae.posteriors")


class Posterior(keras.layers.Layer):
    """A distribution q(z|x) whose parameters the encoder gives: the mirror of a likelihood.

    A subclass writes `sample`, and where it can `log_prob`, `moments` and a closed form of `kl`. `parameters` is
    everywhere the list of float32 tensors that the encoder returns, in the order of `names`, each `(batch, ...)`.
    """

    names: tuple[str, ...] = ("mean", "log_var")

    def __init__(self, dtype: str = "float32", **kwargs: Any):
        # float32 whatever the global policy: a float16 KL overflows at log_var = 12.
        super().__init__(dtype=dtype, **kwargs)
        self.latent_shape: tuple[int, ...] | Any = None  # until the posterior is built

    def heads(self, latent_dim: int) -> dict[str, int]:
        """Return how wide the encoder's outputs are, by name, for codes of `latent_dim` numbers."""
        return {"mean": latent_dim, "log_var": latent_dim}

    def shape_of_codes(self, shapes: Sequence[tuple], subject: str = "The parameters must be") -> tuple:
        """Return the shape `(None, *latent_shape)` of z, given those of the encoder's outputs.

        Args:
            shapes: The shapes, with the batch axis.
            subject: Text that begins the error.

        Raises:
            ValueError: If the shapes are not those of this posterior's parameters.
        """
        shapes = [tuple(shape) for shape in shapes]
        if len(shapes) != len(self.names) or len({*shapes[:2]}) > 1 or len(shapes[0]) < 2 or not all(shapes[0][1:]):
            raise self.refused(shapes, subject)
        return (None, *shapes[0][1:])

    def refused(self, shapes: Sequence[tuple], subject: str) -> ValueError:
        """Return the error of shapes that are not those of the parameters."""
        received = ", ".join(shape_text(tuple(shape)) for shape in shapes)
        return ValueError(f"{subject} {self.expected_parameters()}. Received: tensors of the shapes {received}")

    def expected_parameters(self) -> str:
        """Say in words what the encoder must return."""
        return "(mean, log_var), two tensors of one shape (batch, latent_dim) or (batch, height, width, channels)"

    def build(self, input_shape: Sequence[tuple]) -> None:
        """Take the shape of the codes from the shapes of the parameters."""
        self.latent_shape = self.shape_of_codes(input_shape)[1:]
        self.built = True

    @property
    def latent_dim(self) -> int:
        """How many numbers a code has."""
        return math.prod(self.latent_shape)

    @property
    def has_log_prob(self) -> bool:
        """Whether log q(z|x) is known at any z, and not at the posterior's own draws only."""
        return type(self).log_prob is not Posterior.log_prob

    @property
    def is_diagonal(self) -> bool:
        """Whether q(z|x) is the Gaussian of independent numbers that `moments` describes."""
        return False

    @property
    def has_moments(self) -> bool:
        """Whether `moments` is defined."""
        return type(self).moments is not Posterior.moments

    def sample(self, parameters: Sequence[Tensor], seed: Seed) -> tuple[Tensor, Tensor]:
        """Draw a code for each row, and say log q of it.

        Args:
            parameters: The encoder's outputs.
            seed: `keras.random.SeedGenerator` or int.

        Returns:
            z, `(batch, *latent_shape)`, and log q(z|x) in nats, `(batch,)`, both differentiable in the parameters.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `sample`.")

    def log_prob(self, z: Tensor, parameters: Sequence[Tensor]) -> Tensor:
        """Return log q(z|x) of a given code in nats, `(batch,)`.

        Raises:
            ValueError: If the density is known at the posterior's own draws only.
        """
        raise ValueError(f"log q(z|x) of a given z is not defined for the posterior {type(self).__name__}.")

    def mean(self, parameters: Sequence[Tensor]) -> Tensor:
        """Return the code that stands for an example, `(batch, *latent_shape)`: nothing is drawn."""
        return parameters[0]

    def moments(self, parameters: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return the mean and the log of the variance of each number of the code, `(batch, *latent_shape)` each.

        Raises:
            ValueError: If they are not known.
        """
        raise ValueError(f"The moments of q(z|x) are not defined for the posterior {type(self).__name__}.")

    def kl_in_closed_form(self, parameters: Sequence[Tensor], prior: Any) -> Tensor | None:
        """Return KL(q(z|x) || p(z)) in nats without a draw, `(batch, groups)`, or None where there is no such form."""
        return None

    def kl(self, parameters: Sequence[Tensor], prior: Any, z: Tensor, log_q: Tensor) -> Tensor:
        """Return KL(q(z|x) || p(z)) in nats: the closed form, or log q(z|x) - log p(z) at the z that is decoded.

        Args:
            parameters: The encoder's outputs.
            prior: A `keras_vae.priors.Prior`.
            z: The draw, `(batch, *latent_shape)`.
            log_q: log q(z|x) of the draw, `(batch,)`.

        Returns:
            `(batch, groups)`: a group for each channel, the last axis of the code, where there is a closed form for
            each number of the code; else one group.
        """
        in_closed_form = self.kl_in_closed_form(parameters, prior)
        if in_closed_form is not None:
            return in_closed_form
        return ops.expand_dims(log_q - prior.log_prob(z), axis=-1)

    def call(self, parameters: Sequence[Tensor], seed: Seed | None = None) -> tuple[Tensor, Tensor]:
        """Return `sample`: calling a posterior as a layer is asking for a draw."""
        return self.sample(parameters, seed)


def by_channel(values: Tensor) -> Tensor:
    """Sum a tensor `(batch, ..., channels)` over all axes between the first and the last, to `(batch, channels)`."""
    return ops.sum(ops.reshape(values, (ops.shape(values)[0], -1, values.shape[-1])), axis=1)
