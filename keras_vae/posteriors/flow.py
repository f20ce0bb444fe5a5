"""The posterior of normalizing flows."""

from collections.abc import Sequence
from typing import Any, Self

import keras

from keras_vae import batch, flows
from keras_vae.arguments import shown, whole_number
from keras_vae.distributions import normal
from keras_vae.posteriors.posterior import Posterior, known
from keras_vae.types import Seed, Tensor


@known()
class Flow(Posterior):
    """The law of z = f_n(... f_1(u)) with u ~ N(mean, exp(log_var)), for invertible maps f_i.

    `log q(z|x) = log N(u; mean, exp(log_var)) - sum_i log|det df_i|`. It is known at the posterior's own draws, and at
    a given z only if all flows have an inverse. The moments are not known; the point that stands for an example is
    what `mean` is mapped to. New flows only change the order of the numbers: training starts from the Gaussian.

    Args:
        flows: List of `keras_vae.flows.Flow` or their names, the first one first.
        context_dim: Int of at least 0, how many further numbers the encoder gives to each of the flows, as a third
            output; 0 for none. Default 0.

    Raises:
        ValueError: If an argument is out of its range, or codes are not of shape `(batch, latent_dim)`.

    Example:
    >>> posterior = keras_vae.posteriors.Flow(["inverse_autoregressive", keras_vae.flows.Coupling(hidden=(32,))])
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=4, heads=posterior.heads(4))
    >>> vae = keras_vae.VAE(encoder, decoder, posterior=posterior)

    References: Rezende and Mohamed 2015, "Variational inference with normalizing flows", equation 13; Kingma et al.
    2016, "Improved variational inference with inverse autoregressive flow".
    """

    def __init__(self, flows: Sequence[flows.Flow | str], context_dim: int = 0, **kwargs: Any):
        super().__init__(**kwargs)
        self.flows = _flows(flows)
        self.context_dim = whole_number("context_dim", context_dim, low=0)
        self.names = ("mean", "log_var", "context") if self.context_dim else ("mean", "log_var")

    def heads(self, latent_dim: int) -> dict[str, int]:
        """Return how wide the encoder's outputs are; see `Posterior.heads`."""
        return {**super().heads(latent_dim), **({"context": self.context_dim} if self.context_dim else {})}

    def shape_of_codes(self, shapes: Sequence[tuple], subject: str = "The parameters must be") -> tuple:
        """Return the shape of z from those of the parameters; see `Posterior.shape_of_codes`."""
        codes = super().shape_of_codes(shapes, subject)
        if len(codes) != 2 or any(tuple(shape)[1:] != (self.context_dim,) for shape in shapes[2:]):
            raise self.refused(shapes, subject)
        return codes

    def expected_parameters(self) -> str:
        """Say in words what the encoder must return."""
        of_context = f" and context of shape (batch, {self.context_dim})" if self.context_dim else ""
        return f"({', '.join(self.names)}), mean and log_var of one shape (batch, latent_dim){of_context}"

    def build(self, input_shape: Sequence[tuple]) -> None:
        """Build the flows."""
        super().build(input_shape)
        for flow in self.flows:
            if not flow.built:
                flow.build((None, *self.latent_shape), (None, self.context_dim) if self.context_dim else None)

    @property
    def has_log_prob(self) -> bool:
        """Whether all flows have an inverse."""
        return all(flow.has_inverse for flow in self.flows)

    def sample(self, parameters: Sequence[Tensor], seed: Seed) -> tuple[Tensor, Tensor]:
        """Draw u, map it to z, and say log q of it."""
        mean, log_var = parameters[:2]
        u = normal.sample(mean, log_var, seed)
        z, log_det = self.mapped(u, parameters)
        return z, batch.sum_of_events(normal.log_prob(u, mean, log_var)) - log_det

    def log_prob(self, z: Tensor, parameters: Sequence[Tensor]) -> Tensor:
        """Return log q(z|x) of a given code; see `Posterior.log_prob`."""
        if not self.has_log_prob:
            return super().log_prob(z, parameters)
        total = 0.0
        for flow in reversed(self.flows):
            z, log_det = flow.inverse(z, _context(parameters))
            total = total + log_det
        return batch.sum_of_events(normal.log_prob(z, *parameters[:2])) + total

    def mean(self, parameters: Sequence[Tensor]) -> Tensor:
        """Return what the mean of u is mapped to."""
        return self.mapped(parameters[0], parameters)[0]

    def mapped(self, u: Tensor, parameters: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return f_n(... f_1(u)), and the log-determinant of them all."""
        total = 0.0
        for flow in self.flows:
            u, log_det = flow(u, context=_context(parameters))
            total = total + log_det
        return u, total

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        of_flows = [keras.saving.serialize_keras_object(flow) for flow in self.flows]
        return {**super().get_config(), "flows": of_flows, "context_dim": self.context_dim}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the posterior from its config."""
        return cls(**{**config, "flows": [keras.saving.deserialize_keras_object(flow) for flow in config["flows"]]})


def _flows(values: Sequence[flows.Flow | str]) -> list[flows.Flow]:
    if not isinstance(values, (list, tuple)) or not values:
        raise ValueError(f"`flows` must be a list of at least one flow. Received: flows={shown(values)}")
    return [flows.get(value) for value in values]


def _context(parameters):
    return parameters[2] if len(parameters) > 2 else None
