"""Where codes may be drawn from, besides the prior: each function returns codes for `decode`."""

from keras_vae.samplers.aggregate_posterior import aggregate_posterior
from keras_vae.samplers.gaussian_mixture import gaussian_mixture
from keras_vae.samplers.prior import prior

__all__ = ["aggregate_posterior", "gaussian_mixture", "prior"]
