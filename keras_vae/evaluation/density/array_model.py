"""Any VAE, written in any library, as functions over arrays."""

from collections.abc import Callable

import numpy as np

from keras_vae.arguments import function_or_none, whole_number
from keras_vae.arrays import matrices, randomness
from keras_vae.evaluation.statistics import gaussian
from keras_vae.types import ArrayLike


class ArrayModel:
    """A model made of functions over NumPy arrays, for the scores that take a `model`.

    Args:
        encode: Function from x, `(n, ...)`, to `(mean, log_var)` of q(z|x), each `(n, latent_dim)`.
        log_likelihood: Function from `(x, z)`, n rows each, to log p(x|z) in nats, `(n,)`.
        log_prior: Function from z to log p(z), `(n,)`, or None, the standard normal. Default None.
        gradient: Function from `(x, z)` to the gradient of log p(x, z) in z, `(n, latent_dim)`; `ais` needs it.
            Default None.
        decode: Function from z to the mean of p(x|z), `(n, ...)`; `diagnose` needs it. Default None.
        simulate: Function from `(n, numpy.random.Generator)` to `(z, x)` drawn from p(x, z); `ais_sandwich` needs
            it. Default None.

    Example:
    >>> weights = np.full((4, 784), 0.1)
    >>> model = keras_vae.evaluation.ArrayModel(
    ...     encode=lambda x: (np.zeros((len(x), 4)), np.zeros((len(x), 4))),
    ...     log_likelihood=lambda x, z: -0.5 * np.sum((x.reshape(len(x), -1) - z @ weights) ** 2, axis=1),
    ... )
    >>> keras_vae.evaluation.marginal_likelihood(model, x_test, num_samples=10)
    """

    def __init__(
        self,
        encode: Callable[[np.ndarray], tuple[ArrayLike, ArrayLike]],
        log_likelihood: Callable[[np.ndarray, np.ndarray], np.ndarray],
        log_prior: Callable[[np.ndarray], np.ndarray] | None = None,
        gradient: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
        decode: Callable[[np.ndarray], np.ndarray] | None = None,
        simulate: Callable[[int, np.random.Generator], tuple[np.ndarray, np.ndarray]] | None = None,
    ):
        functions: dict[str, Callable | None] = {
            "encode": encode,
            "log_likelihood": log_likelihood,
            "log_prior": log_prior,
        }
        functions |= {"gradient": gradient, "decode": decode, "simulate": simulate}
        for name, function in functions.items():
            function_or_none(name, function)
        self.encode_function = encode
        self.log_likelihood = log_likelihood
        self.log_prior = log_prior or gaussian.log_standard_normal
        self.gradient = gradient
        self.decode_function = decode
        self.simulate_function = simulate

    def encode(self, x: ArrayLike, batch_size: int = 256) -> tuple[np.ndarray, np.ndarray]:
        """Return `(mean, log_var)` of q(z|x) in float64; the function gets all rows at once."""
        mean, log_var = self.encode_function(matrices.data("x", x))
        return np.asarray(mean, "float64"), np.asarray(log_var, "float64")

    def codes(self, x: ArrayLike, batch_size: int = 256) -> np.ndarray:
        """Return the mean of q(z|x)."""
        return self.encode(x)[0]

    def sample_posterior(self, x: ArrayLike, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return a draw z from q(z|x) of each example, and log q(z|x)."""
        mean, log_var = self.encode(x)
        z = _draw(mean, log_var, randomness.generator("array_model", seed))
        return z, gaussian.log_prob(z, mean, log_var)

    def kl(self, x: ArrayLike, seed: int | None = None) -> np.ndarray:
        """Return KL(q(z|x) || p(z)) of each example: exact for N(0, I), else estimated at one draw."""
        if self.log_prior is gaussian.log_standard_normal:
            return gaussian.kl_per_dimension(*self.encode(x)).sum(axis=1)
        z, log_q = self.sample_posterior(x, seed)
        return log_q - self.log_prior(z)

    def reconstruct(self, x: ArrayLike, batch_size: int = 256) -> np.ndarray:
        """Return the mean of p(x|z) at the posterior's mean z of each example."""
        if self.decode_function is None:
            raise ValueError("`decode` must be given to ArrayModel to reconstruct data with it. Received: None")
        return self.decode_function(self.encode(x)[0])

    def elbo_parts(
        self, x: ArrayLike, num_samples: int = 1, seed: int | None = None, batch_size: int = 256
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return E_q[log p(x|z)] and KL(q(z|x) || p(z)) of each example, arrays of shape `(n,)`."""
        num_samples = whole_number("num_samples", num_samples)
        x = matrices.data("x", x)
        mean, log_var = self.encode(x)
        in_closed_form = self.log_prior is gaussian.log_standard_normal
        kl = gaussian.kl_per_dimension(mean, log_var).sum(axis=1) if in_closed_form else np.zeros(len(mean))
        log_likelihood = np.zeros(len(mean))
        random = randomness.generator("array_model", seed)
        for _ in range(num_samples):
            z = _draw(mean, log_var, random)
            log_likelihood += self.log_likelihood(x, z) / num_samples
            if not in_closed_form:
                kl += (gaussian.log_prob(z, mean, log_var) - self.log_prior(z)) / num_samples
        return log_likelihood, kl

    def log_weights(
        self, x: ArrayLike, num_samples: int, rows: int | None = None, seed: int | None = None
    ) -> np.ndarray:
        """Return log p(x, z) - log q(z|x) at `num_samples` draws from q(z|x), of shape `(n, num_samples)`."""
        num_samples = whole_number("num_samples", num_samples)
        x = matrices.data("x", x)
        mean, log_var = (np.repeat(part, num_samples, axis=0) for part in self.encode(x))
        z = _draw(mean, log_var, randomness.generator("array_model", seed))
        log_likelihood = self.log_likelihood(np.repeat(np.asarray(x), num_samples, axis=0), z)
        weights = log_likelihood + self.log_prior(z) - gaussian.log_prob(z, mean, log_var)
        return weights.reshape(len(x), num_samples)

    def log_joint_and_gradient(self, x: ArrayLike, z: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return log p(x, z) of each pair of rows, and its gradient in z."""
        if self.gradient is None:
            raise ValueError("`gradient` must be given to ArrayModel for annealed importance sampling. Received: None")
        x, z = matrices.data("x", x), matrices.vectors("z", z)
        if len(x) != len(z):
            raise ValueError(f"`z` must have a row for each row of x. Received: {len(z)} and {len(x)}")
        return self.log_likelihood(x, z) + self.log_prior(z), self.gradient(x, z)

    def simulate(self, n: int, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Draw `(z, x)` from p(x, z)."""
        if self.simulate_function is None:
            raise ValueError("`simulate` must be given to ArrayModel to simulate data from it. Received: None")
        return self.simulate_function(whole_number("n", n), randomness.generator("array_model", seed))


def _draw(mean, log_var, random):
    return mean + np.exp(0.5 * log_var) * random.standard_normal(mean.shape)
