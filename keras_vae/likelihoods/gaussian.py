"""The Gaussian likelihood."""

from typing import Any

import keras
from keras import ops

from keras_vae.distributions import normal
from keras_vae.likelihoods.likelihood import known
from keras_vae.likelihoods.location_scale import LocationScale
from keras_vae.types import Seed, Tensor


@known("gaussian", package="keras_vae")
class Gaussian(LocationScale):
    """p(x|z) = N(decoder(z), sigma^2), with its constant -log(sigma) - log(2 pi) / 2 for each value.

    With a fixed sigma the loss is the sum of squares / (2 sigma^2) plus a constant: sigma = 1 on data in [0, 1]
    weighs the reconstruction little, like a large beta. A learned sigma finds the balance itself.

    Args:
        sigma: Float above 0, in the data's unit; `"learned"`, one trainable number, starting at 1; or
            `"per_pixel"`, given by the decoder for each value: its last axis is then twice as long, the means
            followed by the logs of sigma. Default 1.0.

    Raises:
        ValueError: If `sigma` is none of these.

    Example:
    >>> keras_vae.VAE(encoder, decoder, likelihood=keras_vae.likelihoods.Gaussian(sigma="learned"))

    Reference: Rybkin et al. 2021, "Simple and effective VAE training with calibrated decoders", equation 3.
    """

    def __init__(self, sigma: float | str = 1.0, **kwargs: Any):
        super().__init__(sigma, name_of_scale="sigma", **kwargs)

    @property
    def sigma(self) -> float | str:
        """The argument, as it was given."""
        return self.scale

    def log_density(self, x: Tensor, parameters: Tensor) -> Tensor:
        """Return log N(x; mean, sigma^2)."""
        mean, log_sigma = self.location_and_log_scale(parameters)
        return normal.log_prob(x, mean, 2.0 * log_sigma)

    def sample(self, parameters: Tensor, seed: Seed) -> Tensor:
        """Draw x = mean + sigma * epsilon."""
        mean, log_sigma = self.location_and_log_scale(parameters)
        return mean + ops.exp(log_sigma) * keras.random.normal(ops.shape(mean), dtype="float32", seed=seed)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "sigma": self.sigma}
