"""The methods that evaluation asks of a model."""

from typing import Protocol

import numpy as np

from keras_vae.types import ArrayLike


class Model(Protocol):
    """The methods of arrays that scores call; a score says which of them it needs, and works with whatever has those.

    `keras_vae.VAE` and its kin have them all, whatever the prior and the posterior; `ArrayModel` has those whose
    functions it was given; an `Autoencoder` has `codes`, `decode`, `reconstruct` and, once it has a prior,
    `sample_codes`. `y` is the condition of a conditional model, which scores slice beside x; models without one need
    not take it.
    """

    def codes(self, x: ArrayLike, y: ArrayLike | None = None) -> np.ndarray:
        """Return the code that stands for each example, `(n, *latent_shape)`."""

    def encode(self, x: ArrayLike, y: ArrayLike | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and the log-variance of q(z|x), each `(n, *latent_shape)`."""

    def sample_posterior(
        self, x: ArrayLike, y: ArrayLike | None = None, seed: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return a draw z from q(z|x) of each example, and log q(z|x), `(n,)`."""

    def sample_codes(self, n: int, seed: int | None = None) -> np.ndarray:
        """Return n draws from p(z), `(n, *latent_shape)`."""

    def log_prior(self, z: ArrayLike) -> np.ndarray:
        """Return log p(z) of each code in nats, `(n,)`."""

    def kl(self, x: ArrayLike, y: ArrayLike | None = None, seed: int | None = None) -> np.ndarray:
        """Return KL(q(z|x) || p(z)) of each example in nats, `(n,)`."""

    def decode(self, z: ArrayLike, y: ArrayLike | None = None) -> np.ndarray:
        """Return the mean of p(x|z), `(n, ...)`."""

    def reconstruct(self, x: ArrayLike, y: ArrayLike | None = None) -> np.ndarray:
        """Return the mean of p(x|z) at each example's code, `(n, ...)`."""

    def elbo_parts(
        self,
        x: ArrayLike,
        y: ArrayLike | None = None,
        num_samples: int = 1,
        seed: int | None = None,
        batch_size: int = 256,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return E_q[log p(x|z)] and KL(q(z|x) || p(z)) of each example in nats, `(n,)` each."""

    def log_weights(
        self,
        x: ArrayLike,
        num_samples: int,
        rows: int | None = None,
        y: ArrayLike | None = None,
        seed: int | None = None,
    ) -> np.ndarray:
        """Return log p(x, z) - log q(z|x) at draws from q(z|x), `(n, num_samples)`."""

    def log_joint_and_gradient(
        self, x: ArrayLike, z: ArrayLike, y: ArrayLike | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return log p(x, z) of each pair of rows, `(n,)`, and its gradient in z."""

    def simulate(self, n: int, y: ArrayLike | None = None, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return n draws `(z, x)` from p(x, z)."""
