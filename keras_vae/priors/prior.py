"""The base of the priors p(z)."""

import math
import weakref
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_vae.known import Known
from keras_vae.types import Seed, Tensor

known = Known("keras_vae.priors")


class Prior(keras.layers.Layer):
    """A distribution p(z) of codes of any shape: a subclass writes `sample` and `log_prob`.

    A prior may own weights: it is a Keras layer, trained and saved with its model, and belongs to that one model.
    `build` tells it the shape of the codes, `latent_shape`, and how many numbers a code has, `latent_dim`.
    """

    needs_encoder = False  # whether the density is made of the model's posteriors; see `connect`

    def __init__(self, dtype: str = "float32", **kwargs: Any):
        super().__init__(dtype=dtype, **kwargs)
        self.latent_shape: tuple[int, ...] | Any = None  # until the prior is built
        self.latent_dim: int | Any = None
        self.__dict__["owner"] = None  # past Keras' tracking: a weak reference to the model

    def build(self, input_shape: tuple) -> None:
        """Take the shape of the codes from `(batch, *latent_shape)`."""
        self.latent_shape = tuple(int(n) for n in input_shape[1:])
        self.latent_dim = math.prod(self.latent_shape)
        self.built = True

    @property
    def is_ready(self) -> bool:
        """Whether codes can be drawn: False for a prior that must be fitted to an autoencoder's codes first."""
        return True

    @property
    def is_adapted(self) -> bool:
        """Whether `adapt` has fitted the prior to an autoencoder's codes, which move on where training goes on."""
        return False

    def sample(self, n: int, seed: Seed) -> Tensor:
        """Draw codes.

        Args:
            n: Int, how many.
            seed: `keras.random.SeedGenerator` or int.

        Returns:
            Float32 tensor of shape `(n, *latent_shape)`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `sample`.")

    def sample_truncated(self, n: int, radius: float, seed: Seed) -> np.ndarray:
        """Draw `n` codes from the prior's central part."""
        raise ValueError(f"`truncation` is not defined for the prior {type(self).__name__}. Expected: None.")

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) of codes `(batch, *latent_shape)` in nats, `(batch,)`."""
        raise NotImplementedError(f"{type(self).__name__} must define `log_prob`.")

    def kl_of_gaussian(self, mean: Tensor, log_var: Tensor) -> Tensor | None:
        """Return KL(N(mean, exp(log_var)) || p) of each number of the code in nats, or None without a closed form."""
        return None

    def belong_to(self, model: keras.Model) -> None:
        """Take note of the model that the prior belongs to, also when that model is gone.

        Args:
            model: The model that is built with the prior.

        Raises:
            ValueError: If the prior has weights and belongs to another model.
        """
        if self.owner is not None and self.owner() is not model and self.weights:
            raise ValueError(
                "`prior` must be a new one for each model: its weights are trained or fitted with one. Received: the "
                f"{type(self).__name__} {self.name!r}, which belongs to another model already"
            )
        self.__dict__["owner"] = weakref.ref(model)

    def connect(self, encode: Callable[[Tensor], list[Tensor]], posterior: Any, event_shape: tuple[int, ...]) -> None:
        """Take what a prior may need of its model, before it is built; here nothing.

        Args:
            encode: Function from data, `(n, *event_shape)`, to the posterior's parameters, a list of tensors.
            posterior: The model's `keras_vae.posteriors.Posterior`, or None where it has none.
            event_shape: The shape of an example.
        """

    def adapt(self, codes: np.ndarray) -> None:
        """Fit the prior to codes, an array `(n, *latent_shape)`, after training.

        Raises:
            ValueError: If the prior has nothing to fit.
        """
        raise ValueError(
            f"`prior` must be one that is fitted to codes, such as 'mixture_of_gaussians', to adapt it. Received: the "
            f"prior {type(self).__name__}"
        )
