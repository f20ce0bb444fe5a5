"""What a model says of the probability of data: bounds, importance weights, and the gradient in the code."""

import numpy as np
from keras import ops

from keras_vae.arguments import whole_number
from keras_vae.models import checks
from keras_vae.models.batched import Batched, fixed_size, padded


class DensityMethods(Batched):
    """Log-probabilities, in nats, of a model with `encoder`, `decoder`, `likelihood`, `prior`, `sampling`."""

    def elbo(self, x, num_samples: int = 1, seed: int | None = None, batch_size: int = 256) -> np.ndarray:
        """Return the evidence lower bound of each example: E_q[log p(x|z)] - KL(q(z|x) || p(z)), with beta = 1.

        Args:
            x: Array of shape `(n, ...)`.
            num_samples: Int of at least 1, the draws of z over which the first term is averaged. Default 1.
            seed: Int or None; with a seed the call always gives the same. Default None.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of shape `(n,)`, in nats.

        Raises:
            ValueError: If x has the wrong shape or no rows, or `num_samples` is below 1.

        Example:
        >>> vae.elbo(x_test, num_samples=10).mean()

        Reference: Kingma and Welling 2014, equation 10.
        """
        log_likelihood, kl = self.elbo_parts(x, num_samples, seed, batch_size)
        return log_likelihood - kl

    def elbo_parts(
        self, x, num_samples: int = 1, seed: int | None = None, batch_size: int = 256
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the two parts of each example's ELBO, E_q[log p(x|z)] and KL(q(z|x) || p(z)).

        Args:
            x: Array of shape `(n, ...)`.
            num_samples: Int of at least 1, the draws of z. Default 1.
            seed: Int or None. Default None.
            batch_size: Int of at least 1. Default 256.

        Returns:
            `(log_likelihood, kl)`, float32 arrays of shape `(n,)`, in nats.

        Raises:
            ValueError: If x has the wrong shape or no rows, or `num_samples` is below 1.

        Example:
        >>> log_likelihood, kl = vae.elbo_parts(x_test)
        """
        num_samples = whole_number("num_samples", num_samples)
        with self.seeded(seed):
            draws = (self.in_batches("elbo", self._elbo_parts, batch_size, x=x) for _ in range(num_samples))
            return tuple(sum(parts) / np.float32(num_samples) for parts in zip(*draws, strict=True))

    def log_weights(self, x, num_samples: int, rows: int | None = None) -> np.ndarray:
        """Return log p(x, z) - log q(z|x) at draws z from q(z|x): the log-weights of importance sampling.

        All are computed at once, the decoder seeing `rows * num_samples` codes; `keras_vae.evaluation` splits large
        jobs.

        Args:
            x: Array of shape `(n, ...)`.
            num_samples: Int of at least 1, draws of z for each example.
            rows: Int of at least n or None; x is padded to so many rows, so that a last, shorter part need not be
                compiled anew. Default None: to the next power of two.

        Returns:
            Float32 array of shape `(n, num_samples)`, in nats.

        Raises:
            ValueError: If x has the wrong shape or no rows, or `num_samples` is below 1.

        Example:
        >>> log_weights = vae.log_weights(x_test[:5], num_samples=100)

        Reference: Burda et al. 2016, "Importance weighted autoencoders", equation 8.
        """
        num_samples = whole_number("num_samples", num_samples)
        self.require_built()
        x = checks.rows("x", x, self.event_shape)
        compiled = self.compiled_function(("log_weights", num_samples), lambda x: self._log_weights(x, num_samples))
        rows = fixed_size(len(x)) if rows is None else whole_number("rows", rows, low=len(x))
        batch = padded(x, rows)
        self.check_values("x", batch, x)
        weights = compiled(ops.convert_to_tensor(batch))
        return ops.convert_to_numpy(weights)[: len(x)]

    def log_joint_and_gradient(self, x, z) -> tuple[np.ndarray, np.ndarray]:
        """Return log p(x, z) of each pair of rows, and its gradient with respect to z.

        Args:
            x: Array of shape `(n, ...)`.
            z: Array of shape `(n, latent_dim)`.

        Returns:
            Float32 arrays of shape `(n,)`, in nats, and `(n, latent_dim)`.

        Raises:
            ValueError: If a shape is wrong.

        Example:
        >>> log_joint, gradient = vae.log_joint_and_gradient(x_test[:5], np.zeros((5, vae.latent_dim)))
        """
        self.require_built()
        arrays = checks.rows("z", z, self.latent_shape), checks.rows("x", x, self.event_shape)
        if len(arrays[0]) != len(arrays[1]):
            raise ValueError(f"`z` must have a row for each row of x. Received: {len(arrays[0])} and {len(arrays[1])}")
        compiled = self.compiled_function("log_joint_and_gradient", self._log_joint, self.compile_gradient)
        n = len(arrays[0])
        size = min(max(n, 256), fixed_size(n))  # chains of annealed importance sampling come in thousands, of one size
        batches = [padded(array, size) for array in arrays]
        for name, batch, array in zip(("z", "x"), batches, arrays, strict=True):
            self.check_values(name, batch, array)
        outputs = compiled(*map(ops.convert_to_tensor, batches))
        return tuple(ops.convert_to_numpy(part)[:n] for part in outputs)

    def simulate(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw codes from the prior, and data from p(x|z): an exact draw of the pair.

        Args:
            n: Int of at least 1.

        Returns:
            `(z, x)`, float32 arrays of shape `(n, latent_dim)` and `(n, ...)`.

        Raises:
            ValueError: If n is below 1.

        Example:
        >>> z, x = vae.simulate(8)
        """
        z = self.sample_codes(n)
        return z, self.in_batches("observe", self._observe, 256, z=z)

    # One batch: tensors in, tensors out.

    def _elbo_parts(self, x):
        outputs = self(x, training=False)
        return self.likelihood.log_prob(x, **of_decoder(outputs)), outputs["kl"]

    def _log_joint(self, z, x):
        return self.likelihood.log_prob(x, **self.decoded(z)) + self.prior.log_prob(ops.cast(z, "float32"))

    def _log_weights(self, x, num_samples):
        encoded = [ops.repeat(part, num_samples, axis=0) for part in self.encoded(x)]
        z, log_q = self.sampling.draw(encoded, training=False)
        log_likelihood = self.likelihood.log_prob_of_draws(x, num_samples=num_samples, **self.decoded(z))
        return log_likelihood + ops.reshape(self.prior.log_prob(z) - log_q, (-1, num_samples))


def of_decoder(outputs) -> dict:
    """Return what the decoder gave among the outputs of a VAE's `call`."""
    return {name: outputs[name] for name in ("logits", "parameters") if name in outputs}
