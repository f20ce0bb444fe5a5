"""The discretized logistic likelihood."""

import keras

from keras_vae.arguments import whole_number
from keras_vae.distributions import discretized_logistic
from keras_vae.likelihoods.location_scale import LocationScale


@keras.saving.register_keras_serializable(package="keras_vae")
class DiscretizedLogistic(LocationScale):
    """p(x|z) for 8-bit data: the probability of a grey level under a logistic density rounded to the levels.

    The data are k / (levels - 1) in [0, 1]. The value is a log-probability, at most 0, so that bits per dimension
    come from it directly.

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

    def __init__(self, levels=256, scale="learned", **kwargs):
        super().__init__(scale, **kwargs)
        self.levels = whole_number("levels", levels, low=2)

    def log_density(self, x, parameters):
        """Return the log-probability of x's level."""
        location, log_scale = self.location_and_log_scale(parameters)
        return discretized_logistic.log_prob(x, location, log_scale, self.levels)

    def is_probability(self, x) -> bool:
        """Say yes: of a value on the grid."""
        return True

    def mean(self, parameters):
        """Return the mean over the levels."""
        location, log_scale = self.location_and_log_scale(parameters)
        return discretized_logistic.mean(location, log_scale, self.levels)

    def sample(self, parameters, seed):
        """Draw levels, as k / (levels - 1)."""
        location, log_scale = self.location_and_log_scale(parameters)
        return discretized_logistic.sample(location, log_scale, self.levels, seed)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "levels": self.levels, "scale": self.scale}
