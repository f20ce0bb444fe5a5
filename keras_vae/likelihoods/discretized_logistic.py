"""The discretized logistic likelihood."""

from typing import Any

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.distributions import discretized_logistic
from keras_vae.likelihoods.likelihood import known
from keras_vae.likelihoods.location_scale import LocationScale
from keras_vae.types import Seed, Tensor


@known("discretized_logistic", package="keras_vae")
class DiscretizedLogistic(LocationScale):
    """p(x|z) for 8-bit data: the probability of a grey level under a logistic density rounded to the levels.

    The data are k / (levels - 1), k = 0, ..., levels - 1: 8-bit images divided by 255, a step of the grid being
    1 / 255. Of such data the value is a log-probability, at most 0, so that bits per dimension come from it directly.
    Between the levels it is none: data of more levels than `levels` would seem to cost fewer bits than their entropy.

    Args:
        levels: Int of at least 2, the number of grey levels. Default 256.
        scale: Float above 0, `"learned"` or `"per_pixel"`, as for `Gaussian`. Default "learned".

    Raises:
        ValueError: If an argument is out of its range.

    Example:
    >>> keras_vae.VAE(encoder, decoder, likelihood=keras_vae.likelihoods.DiscretizedLogistic(levels=17))

    Reference: Kingma et al. 2016, "Improved variational inference with inverse autoregressive flow", appendix C.
    """

    support = (0.0, 1.0)

    def __init__(self, levels: int = 256, scale: float | str = "learned", **kwargs: Any):
        super().__init__(scale, **kwargs)
        self.levels = whole_number("levels", levels, low=2)

    def log_density(self, x: Tensor, parameters: Tensor) -> Tensor:
        """Return the log-probability of x's level."""
        location, log_scale = self.location_and_log_scale(parameters)
        return discretized_logistic.log_prob(x, location, log_scale, self.levels)

    def is_probability(self, x: np.ndarray) -> bool:
        """Say whether all the data lie on the grid k / (levels - 1), up to a hundredth of its step."""
        return all(self._on_grid(x[start : start + 1000]) for start in range(0, len(x), 1000))

    def _on_grid(self, x):
        k = np.asarray(x, "float64") * (self.levels - 1)
        return bool(np.all((np.abs(k - np.round(k)) < 0.01) & (np.round(k) >= 0) & (np.round(k) < self.levels)))

    def mean(self, parameters: Tensor) -> Tensor:
        """Return the mean over the levels."""
        location, log_scale = self.location_and_log_scale(parameters)
        return discretized_logistic.mean(location, log_scale, self.levels)

    def sample(self, parameters: Tensor, seed: Seed) -> Tensor:
        """Draw levels, as k / (levels - 1)."""
        location, log_scale = self.location_and_log_scale(parameters)
        return discretized_logistic.sample(location, log_scale, self.levels, seed)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "levels": self.levels, "scale": self.scale}
