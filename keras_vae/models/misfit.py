"""The check that a decoder's last activation fits the likelihood."""

import warnings
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.likelihoods import Likelihood
from keras_vae.models.last_activation import last_activation


class Misfit:
    """The one look at a decoder, and what was said of it.

    Args:
        decoder: Keras model from z to the likelihood's parameters.
        likelihood: `keras_vae.likelihoods.Likelihood`.
    """

    words: str | None

    def __init__(self, decoder: keras.layers.Layer, likelihood: Likelihood):
        self.decoder, self.likelihood = decoder, likelihood
        self.words, self.is_certain = None, False
        self.has_looked = self.has_told = False

    def shows_without_numbers(self) -> bool:
        """Say whether the last activation is known from the decoder's layers: else its outputs must be looked at."""
        return last_activation(self.decoder) is not None

    def check(self, latent_shape: tuple[int, ...] | None, training: bool, extra: Sequence[tuple] = ()) -> None:
        """Say if the decoder does not fit.

        Args:
            latent_shape: The shape of a code, or None while it is not known.
            training: Bool; True refuses what is certain to be a mistake, False only warns, once for each model.
            extra: Shapes of the decoder's other inputs.

        Raises:
            ValueError: If `training`, and the decoder gives probabilities where the likelihood takes logits, or the
                other way round.
        """
        if not self.has_looked and (latent_shape is not None or self.shows_without_numbers()):
            self.has_looked = True
            self.words, self.is_certain = self.likelihood.misfit(
                last_activation(self.decoder), lambda: self._values(latent_shape, extra)
            )
        if self.words and self.is_certain and training:
            raise ValueError(self.words)
        if self.words and not self.has_told:
            self.has_told = True
            warnings.warn(self.words, stacklevel=4)

    def _values(self, latent_shape: tuple[int, ...] | Any, extra: Sequence[tuple]) -> np.ndarray:
        """Return what the decoder gives at random codes."""
        z = np.random.default_rng(0).normal(size=(64, *latent_shape))
        inputs = [ops.convert_to_tensor(z, "float32"), *(ops.zeros((64, *shape)) for shape in extra)]
        return ops.convert_to_numpy(self.decoder(inputs if extra else inputs[0], training=False))
