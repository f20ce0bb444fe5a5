"""The base of DIP-VAE-I and DIP-VAE-II."""

from typing import Any

import keras
from keras import ops

from keras_vae import batch
from keras_vae.arguments import at_least
from keras_vae.penalties.penalty import Penalty
from keras_vae.schedules import Schedule
from keras_vae.types import Tensor


class DIP(Penalty):
    """sum_{i != j} C_ij^2 + diagonal * sum_i (C_ii - 1)^2 of a covariance matrix C, which a subclass says."""

    def __init__(self, weight: float | Schedule = 10.0, diagonal: float = 1.0, name: str | None = "dip", **kwargs: Any):
        super().__init__(weight, name, **kwargs)
        self.diagonal = float(at_least("diagonal", diagonal, 0.0))

    def covariance(self, outputs: dict[str, Tensor], sample_weight: Tensor | None) -> Tensor:
        """Return the covariance that is to be I, `(latent_dim, latent_dim)`."""
        raise NotImplementedError(f"{type(self).__name__} must define `covariance`.")

    def covariance_of_means(self, mean: Tensor, sample_weight: Tensor | None) -> Tensor:
        """Return Cov(mean) over the rows of the batch, those of all replicas, divided by their number."""
        centred = mean - batch.mean(mean, sample_weight)
        return batch.mean(centred[:, :, None] * centred[:, None, :], sample_weight)

    def call(
        self,
        outputs: dict[str, Tensor],
        prior: Any = None,
        noise: keras.random.SeedGenerator | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the squared distance of the covariance from I."""
        covariance = self.covariance(outputs, sample_weight)
        identity = ops.eye(covariance.shape[-1])
        weights = 1.0 + (self.diagonal - 1.0) * identity
        return ops.sum(weights * ops.square(covariance - identity))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "diagonal": self.diagonal}
