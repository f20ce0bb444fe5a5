"""The probability of data: bounds, importance weights, and the gradient in the code."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_vae.arguments import whole_number
from keras_vae.arrays import GivenSeed, Stream, drawn_over_rows, fixed_size, over_rows
from keras_vae.likelihoods import Likelihood
from keras_vae.posteriors import Posterior
from keras_vae.priors import Prior
from keras_vae.types import ArrayLike, Tensor


class DensityMethods:
    """Log-probabilities, in nats, of a model with `likelihood`, `prior`, `posterior` and the way of one batch."""

    likelihood: Likelihood
    prior: Prior
    posterior: Posterior
    require_built: Callable[[], None]
    rows_of: Callable[..., dict[str, Any]]
    batches: Callable[..., list[Tensor]]
    stream: Callable[[int | None], Stream]
    seed_tensor: Callable[[Stream], Tensor]
    compiled_function: Callable[..., Callable]
    compile_gradient: Callable[[Callable], Callable]
    encoded: Callable[..., list[Tensor]]
    decoded: Callable[..., dict[str, Tensor]]
    _sample_codes: Callable[..., np.ndarray]
    _observe: Callable[..., np.ndarray]

    @over_rows
    def encode(self, x: ArrayLike, y: ArrayLike | None = None, batch_size: int = 256) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean of the posterior q(z|x) of each example, and the log of its variance in each dimension.

        Args:
            x: Array of shape `(n, ...)`.
            y: Array of n conditions, or None. Default None.
            batch_size: Int of at least 1. Default 256.

        Returns:
            `(mean, log_var)`, float32 arrays of shape `(n, *latent_shape)`; nothing is drawn.

        Raises:
            ValueError: If x has the wrong shape or no rows, or the posterior's moments are not known: `codes` and
                `sample_posterior` are there for every posterior.

        Example:
        >>> mean, log_var = vae.encode(x_test)
        """
        return self.posterior.moments(self.encoded(x, y))

    def sample_posterior(
        self, x: ArrayLike, y: ArrayLike | None = None, seed: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw a code from the posterior q(z|x) of each example.

        Args:
            x: Array of shape `(n, ...)`.
            y: Array of n conditions, or None. Default None.
            seed: Int or None; with a seed the call always gives the same. Default None.

        Returns:
            z, a float32 array of shape `(n, *latent_shape)`, and log q(z|x) in nats, `(n,)`.

        Raises:
            ValueError: If x has the wrong shape or no rows.

        Example:
        >>> z, log_q = vae.sample_posterior(x_test, seed=0)
        """
        self.require_built()
        return self._sample_posterior(x=x, y=y, stream=self.stream(seed))

    def kl(self, x: ArrayLike, y: ArrayLike | None = None, seed: int | None = None) -> np.ndarray:
        """Return KL(q(z|x) || p(z)) of each example: exact where it has a closed form, else estimated at one draw.

        Args:
            x: Array of shape `(n, ...)`.
            y: Array of n conditions, or None. Default None.
            seed: Int or None; with a seed the call always gives the same. Default None.

        Returns:
            Float32 array of shape `(n,)`, in nats.

        Raises:
            ValueError: If x has the wrong shape or no rows.

        Example:
        >>> vae.kl(x_test).mean()
        """
        self.require_built()
        return self._kl(x=x, y=y, stream=self.stream(seed))

    def elbo(
        self,
        x: ArrayLike,
        y: ArrayLike | None = None,
        num_samples: int = 1,
        seed: int | None = None,
        batch_size: int = 256,
    ) -> np.ndarray:
        """Return the evidence lower bound of each example: E_q[log p(x|z)] - KL(q(z|x) || p(z)), with beta = 1.

        Args:
            x: Array of shape `(n, ...)`.
            y: Array of n conditions, or None. Default None.
            num_samples: Int of at least 1, the draws of z over which it is averaged. Default 1.
            seed: Int or None; with a seed the call always gives the same. Default None.
            batch_size: Int of at least 1. Rows are drawn in blocks of 128 whatever it is, so that what a row gets
                depends on the seed alone. Default 256.

        Returns:
            Float32 array of shape `(n,)`, in nats.

        Raises:
            ValueError: If x has the wrong shape or no rows, or `num_samples` is below 1.

        Example:
        >>> vae.elbo(x_test, num_samples=10).mean()

        Reference: Kingma and Welling 2014, equation 10.
        """
        log_likelihood, kl = self.elbo_parts(x, y, num_samples, seed, batch_size)
        return log_likelihood - kl

    def elbo_parts(
        self,
        x: ArrayLike,
        y: ArrayLike | None = None,
        num_samples: int = 1,
        seed: int | None = None,
        batch_size: int = 256,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the two parts of each example's ELBO, E_q[log p(x|z)] and KL(q(z|x) || p(z)).

        Args:
            x: Array of shape `(n, ...)`.
            y: Array of n conditions, or None. Default None.
            num_samples: Int of at least 1, the draws of z. Default 1.
            seed: Int or None. Default None.
            batch_size: As for `elbo`.

        Returns:
            `(log_likelihood, kl)`, float32 arrays of shape `(n,)`, in nats.

        Raises:
            ValueError: If x has the wrong shape or no rows, or `num_samples` is below 1.

        Example:
        >>> log_likelihood, kl = vae.elbo_parts(x_test)
        """
        num_samples = whole_number("num_samples", num_samples)
        whole_number("batch_size", batch_size)
        self.require_built()
        stream = self.stream(seed)
        draws = (self._elbo_parts(x=x, y=y, stream=stream.part(draw)) for draw in range(num_samples))
        return tuple(sum(parts) / np.float32(num_samples) for parts in zip(*draws, strict=True))

    def log_weights(
        self,
        x: ArrayLike,
        num_samples: int,
        rows: int | None = None,
        y: ArrayLike | None = None,
        seed: int | None = None,
    ) -> np.ndarray:
        """Return log p(x, z) - log q(z|x) at draws z from q(z|x): the log-weights of importance sampling.

        All are computed at once, the decoder seeing `rows * num_samples` codes; `keras_vae.evaluation` splits large
        jobs.

        Args:
            x: Array of shape `(n, ...)`.
            num_samples: Int of at least 1, draws of z for each example.
            rows: Int of at least n or None; x is padded to so many rows, so that a last, shorter part need not be
                compiled anew. Default None: to the next power of two.
            y: Array of n conditions, or None. Default None.
            seed: Int or None; with a seed the call always gives the same. Default None.

        Returns:
            Float32 array of shape `(n, num_samples)`, in nats.

        Raises:
            ValueError: If x has the wrong shape or no rows, or `num_samples` is below 1.

        Example:
        >>> log_weights = vae.log_weights(x_test[:5], num_samples=100)

        Reference: Burda et al. 2016, "Importance weighted autoencoders", equation 8.
        """
        num_samples = whole_number("num_samples", num_samples)
        given = self.rows_of(x=x, y=y)
        n = len(given["x"])
        rows = fixed_size(n) if rows is None else whole_number("rows", rows, low=n)

        def log_weights(state, x, y=None):
            encoded = [ops.repeat(part, num_samples, axis=0) for part in self.encoded(x, y)]
            z, log_q = self.posterior.sample(encoded, GivenSeed(state))
            log_likelihood, log_ratio, _ = self.weighed(x, y, z, log_q, num_samples)
            return log_likelihood + log_ratio

        compiled = self.compiled_function(("log_weights", num_samples), log_weights)
        batches = self.batches(given, rows)
        weights = compiled(self.seed_tensor(self.stream(seed)), *batches)
        return ops.convert_to_numpy(weights)[:n]

    def log_joint_and_gradient(
        self, x: ArrayLike, z: ArrayLike, y: ArrayLike | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return log p(x, z) of each pair of rows, and its gradient with respect to z.

        Args:
            x: Array of shape `(n, ...)`.
            z: Array of shape `(n, *latent_shape)`.
            y: Array of n conditions, or None. Default None.

        Returns:
            Float32 arrays of shape `(n,)`, in nats, and of the shape of z.

        Raises:
            ValueError: If a shape is wrong.

        Example:
        >>> log_joint, gradient = vae.log_joint_and_gradient(x_test[:5], np.zeros((5, vae.latent_dim)))
        """
        given = self.rows_of(x=x, z=z, y=y)
        n = len(given["x"])
        size = min(max(n, 256), fixed_size(n))  # chains of annealed importance sampling come in thousands, of one size
        given = {name: given[name] for name in ("z", "x", "y") if name in given}
        compiled = self.compiled_function("log_joint_and_gradient", self._log_joint, self.compile_gradient)
        outputs = compiled(*self.batches(given, size))
        return tuple(ops.convert_to_numpy(part)[:n] for part in outputs)

    @over_rows
    def log_prior(self, z: ArrayLike, batch_size: int = 256) -> np.ndarray:
        """Return log p(z) of each code.

        Args:
            z: Array of shape `(n, *latent_shape)`.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of shape `(n,)`, in nats.

        Raises:
            ValueError: If z has the wrong shape or no rows.

        Example:
        >>> log_p = vae.log_prior(np.zeros((1, vae.latent_dim)))
        """
        return self.prior.log_prob(z)

    def simulate(self, n: int, y: ArrayLike | None = None, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Draw codes from the prior, and data from p(x|z): an exact draw of the pair.

        Args:
            n: Int of at least 1.
            y: Array of n conditions, or None. Default None.
            seed: Int or None; with a seed the call always gives the same. Default None.

        Returns:
            `(z, x)`, float32 arrays of shape `(n, *latent_shape)` and `(n, ...)`.

        Raises:
            ValueError: If n is below 1.

        Example:
        >>> z, x = vae.simulate(8)
        """
        n = whole_number("n", n)
        self.require_built()
        stream = self.stream(seed)
        z = self._sample_codes(n, 1.0, None, stream.part(0))
        return z, self._observe(z=z, y=y, stream=stream.part(1))

    # One batch: tensors in, tensors out.

    def weighed(
        self, target: Tensor, y: Tensor | None, z: Tensor, log_q: Tensor, num_samples: int, training: bool = False
    ) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Return what makes the weights of draws from q(z|x).

        Args:
            target: Tensor of shape `(batch, ...)`, what the decoder's output is compared with.
            y: None, or the condition of each example.
            z: Tensor of shape `(batch * num_samples, *latent_shape)`, the draws of an example in a row.
            log_q: Tensor of shape `(batch * num_samples,)`, log q(z|x).
            num_samples: Int of at least 1.
            training: Bool. Default False.

        Returns:
            log p(x|z) and log p(z) - log q(z|x), `(batch, num_samples)`, whose sum is the log-weight, and the decoder's
            output, a dict.
        """
        decoded = self.decoded(z, None if y is None else ops.repeat(y, num_samples, axis=0), training)
        log_likelihood = self.likelihood.log_prob_of_draws(target, num_samples=num_samples, **decoded)
        return log_likelihood, ops.reshape(self.prior.log_prob(z) - log_q, (-1, num_samples)), decoded

    @drawn_over_rows
    def _sample_posterior(self, x, y, seed):
        return self.posterior.sample(self.encoded(x, y), seed)

    @drawn_over_rows
    def _kl(self, x, y, seed):
        return self._drawn_kl(self.encoded(x, y), seed)[0]

    @drawn_over_rows
    def _elbo_parts(self, x, y, seed):
        kl, z = self._drawn_kl(self.encoded(x, y), seed)
        return self.likelihood.log_prob(x, **self.decoded(z, y)), kl

    def _drawn_kl(self, encoded, seed):
        """Return the KL of each row, and the draw at which it is estimated where it has no closed form."""
        z, log_q = self.posterior.sample(encoded, seed)
        return ops.sum(self.posterior.kl(encoded, self.prior, z, log_q), axis=-1), z

    def _log_joint(self, z, x, y=None):
        return self.likelihood.log_prob(x, **self.decoded(z, y)) + self.prior.log_prob(ops.cast(z, "float32"))
