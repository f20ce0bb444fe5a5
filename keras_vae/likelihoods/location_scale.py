"""The base of the likelihoods with a location and a scale."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_vae.arguments import at_least
from keras_vae.likelihoods.activations import RANGES, text
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.types import Tensor

# A learned scale stays above exp(-7) = 0.0009, a quarter of one grey level of 256: data that a decoder can
# repeat exactly (a border that is always black) would draw the scale to 0 and the density to infinity.
LOWEST_LOG_SCALE = -7.0


class LocationScale(Likelihood):
    """A likelihood whose scale is fixed, learned as one number, or given by the decoder for each value.

    Args:
        scale: Float above 0; `"learned"`, one trainable number for all values; or `"per_pixel"`, a second output of
            the decoder for each value (its last axis is then twice as long: locations, then log-scales).
        name_of_scale: What the subclass calls the scale in its constructor.
    """

    def __init__(self, scale: float | str, name_of_scale: str = "scale", **kwargs: Any):
        super().__init__(**kwargs)
        self.raw_log_scale = None
        scale = scale if isinstance(scale, str) else float(at_least(name_of_scale, scale, 0.0, strict=True))
        if scale == "per_pixel":
            self.num_parameters = 2
        elif scale == "learned":
            self.raw_log_scale = self.add_weight(name="log_scale", shape=(), initializer="zeros", dtype="float32")
        elif isinstance(scale, str):
            raise ValueError(
                f"`{name_of_scale}` must be a float above 0, 'learned' or 'per_pixel'. "
                f"Received: {name_of_scale}={scale!r}"
            )
        self.scale = scale

    def location_and_log_scale(self, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Split the decoder's output into the location and the log of the scale (a scalar unless per pixel)."""
        if self.scale == "per_pixel":
            location, raw_log_scale = ops.split(parameters, 2, axis=-1)
            return location, bounded(raw_log_scale)
        if self.scale == "learned":
            return parameters, bounded(ops.convert_to_tensor(self.raw_log_scale))
        return parameters, ops.convert_to_tensor(math.log(float(self.scale)), dtype="float32")

    def misfit(self, activation: str | None, values: Callable[[], np.ndarray]) -> tuple[str | None, bool]:
        """Say that an activation bounds the logs of the scales, which come out of the same layer as the locations."""
        if self.scale != "per_pixel" or activation not in RANGES:
            return None, False
        return (
            "`decoder` should give any real numbers for the logs of the scales, the second half of its last axis, "
            f"with {type(self).__name__}('per_pixel'): one that ends in {activation} keeps them in "
            f"{text(RANGES[activation])}. Leave its last activation out (activation=None), or apply it to the "
            "locations alone."
        ), False

    def mean(self, parameters: Tensor) -> Tensor:
        """Return the location."""
        return self.location_and_log_scale(parameters)[0]


def bounded(raw_log_scale: Tensor) -> Tensor:
    """Return a log-scale above the lowest one by a soft clip, the identity to 0.001 near 0.

    Reference: Rybkin et al. 2021, "Simple and effective VAE training with calibrated decoders", section 3.
    """
    return LOWEST_LOG_SCALE + ops.softplus(raw_log_scale - LOWEST_LOG_SCALE)
