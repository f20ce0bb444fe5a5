"""What a user does with a trained model: arrays in, arrays out, batch by batch."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_vae.arguments import at_least, shown, true_or_false, whole_number
from keras_vae.models import checks
from keras_vae.models.batched import Batched, fixed_size
from keras_vae.rows import as_rows


class LatentMethods(Batched):
    """The methods between data and codes of a model with `encoder`, `decoder`, `likelihood`, `prior`, `sampling`.

    Each takes NumPy arrays (or what can be sliced by rows, such as `numpy.memmap`), computes `batch_size` rows at a
    time in a compiled function, and returns NumPy arrays: the memory needed beyond them does not grow with the
    number of rows.
    """

    def encode(self, x, batch_size: int = 256) -> tuple[np.ndarray, np.ndarray]:
        """Return the posterior q(z|x) = N(mean, exp(log_var)) of each example.

        Args:
            x: Array of shape `(n, ...)`.
            batch_size: Int of at least 1. Default 256.

        Returns:
            `(mean, log_var)`, float32 arrays of shape `(n, latent_dim)`; nothing is drawn.

        Raises:
            ValueError: If x has the wrong shape or no rows.

        Example:
        >>> mean, log_var = vae.encode(x_test)
        """
        return self.in_batches("encode", self._encode, batch_size, x=x)

    def decode(self, z, batch_size: int = 256) -> np.ndarray:
        """Return the mean of p(x|z) for each code.

        Args:
            z: Array of shape `(n, latent_dim)`.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of the data's shape `(n, ...)`.

        Raises:
            ValueError: If z has the wrong shape or no rows.

        Example:
        >>> images = vae.decode(np.zeros((1, vae.latent_dim)))
        """
        return self.in_batches("decode", self._decode, batch_size, z=z)

    def reconstruct(self, x, batch_size: int = 256) -> np.ndarray:
        """Return the mean of p(x|z) at the posterior's mean z of each example: nothing is drawn.

        Args:
            x: Array of shape `(n, ...)`.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of the data's shape `(n, ...)`.

        Raises:
            ValueError: If x has the wrong shape or no rows.

        Example:
        >>> x_hat = vae.reconstruct(x_test)
        """
        return self.in_batches("reconstruct", self._reconstruct, batch_size, x=x)

    def sample(
        self,
        n: int,
        temperature: float = 1.0,
        truncation: float | None = None,
        observe: bool = False,
        seed: int | None = None,
        batch_size: int = 256,
    ) -> np.ndarray:
        """Draw new examples: z from the prior, then the mean of p(x|z) or a draw from it.

        Args:
            n: Int of at least 1, how many.
            temperature: Float of at least 0; the draws of z are multiplied by it. Default 1.0.
            truncation: None, or the largest norm of z before the temperature, a float above 0, for the standard
                normal prior: its typical norm is sqrt(latent_dim). Default None.
            observe: Bool; True draws x from p(x|z) (black and white pixels, for Bernoulli) instead of taking its
                mean. Default False.
            seed: Int or None. With a seed the call always gives the same; without one, never. Default None.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of shape `(n, ...)`.

        Raises:
            ValueError: If an argument is out of its range.

        Example:
        >>> images = vae.sample(16, truncation=1.5, seed=0)
        """
        n, observe = whole_number("n", n), true_or_false("observe", observe)
        self.require_built()
        with self.seeded(seed):
            z = self.sample_codes(n, temperature, truncation)
            if observe:
                return self.in_batches("observe", self._observe, batch_size, z=z)
            return self.decode(z, batch_size)

    def sample_codes(
        self, n: int, temperature: float = 1.0, truncation: float | None = None, seed: int | None = None
    ) -> np.ndarray:
        """Draw codes from the prior.

        Args:
            n: Int of at least 1, how many.
            temperature: As for `sample`.
            truncation: As for `sample`.
            seed: As for `sample`.

        Returns:
            Float32 array of shape `(n, latent_dim)`.

        Raises:
            ValueError: If an argument is out of its range.

        Example:
        >>> z = vae.sample_codes(16, seed=0)
        """
        n = whole_number("n", n)
        temperature = at_least("temperature", temperature, 0.0)
        self.require_built()
        with self.seeded(seed):
            noise = self.sampling.evaluation_noise
            if truncation is None:
                return temperature * ops.convert_to_numpy(self.prior.sample(fixed_size(n), noise))[:n]
            return temperature * self.prior.sample_truncated(fixed_size(n), truncation, noise)[:n]

    def interpolate(self, x_a, x_b, steps: int = 8, batch_size: int = 256) -> np.ndarray:
        """Return the images on the straight line between the codes (posterior means) of two examples.

        Args:
            x_a: Array, one example of the data's shape, or `(n, ...)` of them.
            x_b: Array of the same shape.
            steps: Int of at least 2, how many images, the two ends included. Default 8.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of shape `(steps, ...)`, or `(n, steps, ...)` for n pairs.

        Raises:
            ValueError: If the shapes are wrong or differ, or `steps` is below 2.

        Example:
        >>> images = vae.interpolate(x_test[0], x_test[1], steps=9)
        """
        steps = whole_number("steps", steps, low=2)
        (a, single), (b, single_b) = self._as_rows("x_a", x_a), self._as_rows("x_b", x_b)
        if a.shape != b.shape or single != single_b:
            raise ValueError(f"`x_b` must have the shape of x_a. Received: {np.shape(x_a)} and {np.shape(x_b)}")
        start, end = self.encode(a, batch_size)[0], self.encode(b, batch_size)[0]
        share = np.linspace(0.0, 1.0, steps, dtype="float32")[:, None]
        codes = (1.0 - share) * start[:, None] + share * end[:, None]
        return self._decode_grid(codes, single, batch_size)

    def traverse(self, x, dimension: int, values: Sequence[float], batch_size: int = 256) -> np.ndarray:
        """Return the images of an example's code with one latent dimension set to each of some values.

        Args:
            x: Array, one example of the data's shape, or `(n, ...)` of them.
            dimension: Int, the latent dimension, from 0 (or from -1 downwards, from the end).
            values: Floats, in the unit of z.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of shape `(len(values), ...)`, or `(n, len(values), ...)` for n examples.

        Raises:
            ValueError: If x has the wrong shape, there is no such dimension, or `values` is empty.

        Example:
        >>> images = vae.traverse(x_test[0], dimension=3, values=np.linspace(-3, 3, 9))
        """
        x, single = self._as_rows("x", x)
        dimension = self._dimension(dimension)
        with np.errstate(over="ignore"):
            values = np.asarray(as_rows("values", values), dtype="float32")
        if values.ndim != 1 or not values.size:
            raise ValueError(f"`values` must be a list of at least one float. Received: shape {values.shape}")
        codes = np.repeat(self.encode(x, batch_size)[0][:, None], len(values), axis=1)
        if not np.all(np.isfinite(values)):
            raise ValueError(f"`values` must be finite in float32. Received: {values.tolist()}")
        codes[:, :, dimension] = values
        return self._decode_grid(codes, single, batch_size)

    # One batch: tensors in, tensors out.

    def _encode(self, x):
        return self.posterior.moments(self.encoded(x))

    def _decode(self, z):
        return self.likelihood.mean(**self._decoded_float32(z))

    def _observe(self, z):
        return self.likelihood.sample(seed=self.sampling.evaluation_noise, **self._decoded_float32(z))

    def _decoded_float32(self, z):
        return {name: ops.cast(part, "float32") for name, part in self.decoded(z).items()}

    def _reconstruct(self, x):
        return self._decode(self.posterior.mean(self.encoded(x)))

    def _decode_grid(self, codes, single, batch_size):
        n, steps, _ = codes.shape
        images = self.decode(codes.reshape(n * steps, -1), batch_size).reshape(n, steps, *self.target_shape)
        return images[0] if single else images

    def _dimension(self, value):
        low, high = -self.latent_dim, self.latent_dim - 1
        try:
            return whole_number("dimension", value, low=low, high=high)
        except ValueError as error:
            raise ValueError(f"`dimension` must be an int from {low} to {high}. Received: {shown(value)}") from error

    def _as_rows(self, name, x):
        """Return x with a batch axis, and whether it had none."""
        self.require_built()
        x = as_rows(name, x)
        single = x.ndim == len(self.event_shape)
        return checks.rows(name, np.asarray(x)[None] if single else x, self.event_shape), single
