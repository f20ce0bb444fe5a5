"""The Laplace likelihood."""

from typing import Any

from keras_vae.distributions import laplace
from keras_vae.likelihoods.likelihood import known
from keras_vae.likelihoods.location_scale import LocationScale
from keras_vae.types import Seed, Tensor


@known("laplace", package="keras_vae")
class Laplace(LocationScale):
    """p(x|z) = Laplace(decoder(z), scale): the sum of absolute errors / scale, plus log(2 scale) for each value.

    Args:
        scale: Float above 0, in the data's unit; `"learned"` or `"per_pixel"`, as for `Gaussian`. Default 1.0.

    Raises:
        ValueError: If `scale` is none of these.

    Example:
    >>> keras_vae.VAE(encoder, decoder, likelihood=keras_vae.likelihoods.Laplace(scale=0.1))

    Reference: Johnson, Kotz and Balakrishnan 1995, "Continuous univariate distributions", volume 2, chapter 24.
    """

    def __init__(self, scale: float | str = 1.0, **kwargs: Any):
        super().__init__(scale, **kwargs)

    def log_density(self, x: Tensor, parameters: Tensor) -> Tensor:
        """Return -|x - location| / scale - log(2 scale)."""
        location, log_scale = self.location_and_log_scale(parameters)
        return laplace.log_prob(x, location, log_scale)

    def sample(self, parameters: Tensor, seed: Seed) -> Tensor:
        """Draw from the Laplace distribution."""
        location, log_scale = self.location_and_log_scale(parameters)
        return laplace.sample(location, log_scale, seed)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "scale": self.scale}
