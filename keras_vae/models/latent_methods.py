"""What a user does with a trained model: arrays in, arrays out, batch by batch."""

import contextlib
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_vae.arguments import at_least, whole_number
from keras_vae.layers.noise import stream
from keras_vae.models import checks


class LatentMethods:
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
        return self._in_batches("encode", self._encode, batch_size, x=x)

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
        return self._in_batches("decode", self._decode, batch_size, z=z)

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
        return self._in_batches("reconstruct", self._reconstruct, batch_size, x=x)

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
        whole_number("n", n)
        at_least("temperature", temperature, 0.0)
        self._require_built()
        function = self._observe if observe else self._decode
        with self._seeded(seed):
            noise = self.sampling.evaluation_noise
            if truncation is None:
                z = ops.convert_to_numpy(self.prior.sample(n, noise))
            else:
                z = self.prior.sample_truncated(n, truncation, noise)
            return self._in_batches("observe" if observe else "decode", function, batch_size, z=temperature * z)

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
        whole_number("steps", steps, low=2)
        if np.shape(x_a) != np.shape(x_b):
            raise ValueError(f"`x_b` must have the shape of x_a. Received: {np.shape(x_a)} and {np.shape(x_b)}")
        (a, single), (b, _) = self._as_rows("x_a", x_a), self._as_rows("x_b", x_b)
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
        if not isinstance(dimension, (int, np.integer)) or not -self.latent_dim <= dimension < self.latent_dim:
            raise ValueError(
                f"`dimension` must be an int from {-self.latent_dim} to {self.latent_dim - 1}. Received: {dimension!r}"
            )
        values = np.asarray(values, dtype="float32")
        if values.ndim != 1 or not values.size:
            raise ValueError(f"`values` must be a list of at least one float. Received: shape {values.shape}")
        codes = np.repeat(self.encode(x, batch_size)[0][:, None], len(values), axis=1)
        codes[:, :, dimension] = values
        return self._decode_grid(codes, single, batch_size)

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
        whole_number("num_samples", num_samples)
        with self._seeded(seed):
            draws = (self._in_batches("elbo", self._elbo, batch_size, x=x) for _ in range(num_samples))
            return sum(draws) / np.float32(num_samples)

    # One batch: tensors in, tensors out.

    def _encode(self, x):
        mean, log_var = self.encoder(x, training=False)
        return ops.cast(mean, "float32"), ops.cast(log_var, "float32")

    def _decode(self, z):
        return self.likelihood.mean(ops.cast(self.decoder(z, training=False), "float32"))

    def _observe(self, z):
        parameters = ops.cast(self.decoder(z, training=False), "float32")
        return self.likelihood.sample(parameters, self.sampling.evaluation_noise)

    def _reconstruct(self, x):
        return self._decode(self._encode(x)[0])

    def _elbo(self, x):
        outputs = self(x, training=False)
        return self.likelihood.log_prob(x, outputs["parameters"]) - outputs["kl"]

    # Many batches.

    def _in_batches(self, name, function, batch_size, **array):
        """Run a compiled function over the rows of one array, and put the results together."""
        whole_number("batch_size", batch_size)
        self._require_built()
        ((argument, rows),) = array.items()
        rows = checks.rows(argument, rows, (self.latent_dim,) if argument == "z" else self.event_shape)
        compiled = self._compiled(name, function)
        n, results = rows.shape[0], None
        size = min(batch_size, n)
        for start in range(0, n, size):
            stop = min(start + size, n)
            chunk = np.asarray(rows[start:stop], dtype="float32")
            if len(chunk) < size:  # one shape for all batches: JAX would compile the last one anew
                chunk = np.concatenate([chunk, np.repeat(chunk[:1], size - len(chunk), axis=0)])
            outputs = compiled(ops.convert_to_tensor(chunk))
            single = not isinstance(outputs, (list, tuple))
            parts = [ops.convert_to_numpy(part) for part in ([outputs] if single else outputs)]
            if results is None:
                results = [np.empty((n, *part.shape[1:]), part.dtype) for part in parts]
            for result, part in zip(results, parts, strict=True):
                result[start:stop] = part[: stop - start]
        return results[0] if single else tuple(results)

    def _compiled(self, name, function):
        # Compiled functions are no part of the model's state: past `setattr`, Keras does not track them.
        cache = vars(self).setdefault("_compiled_functions", {})
        if name not in cache:
            cache[name] = self.compile_function(function)
        return cache[name]

    def _decode_grid(self, codes, single, batch_size):
        n, steps, _ = codes.shape
        images = self.decode(codes.reshape(n * steps, -1), batch_size).reshape(n, steps, *self.target_shape)
        return images[0] if single else images

    def _as_rows(self, name, x):
        """Return x with a batch axis, and whether it had none."""
        self._require_built()
        x = np.asarray(x)
        single = x.ndim == len(self.event_shape)
        return checks.rows(name, x[None] if single else x, self.event_shape), single

    def _require_built(self):
        self.build_if_possible()
        if not self.built:
            raise ValueError(
                "The model does not know the shape of its data yet. Call fit(x) first, or build the encoder: "
                f"vae.build((None, ...)). Received: encoder={self.encoder.name!r}, which is not built"
            )

    @contextlib.contextmanager
    def _seeded(self, seed):
        """With a seed, let the evaluation noise start from it, and give it its state back afterwards."""
        if seed is None:
            yield
            return
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise ValueError(f"`seed` must be an int or None. Received: seed={seed!r}")
        state = self.sampling.evaluation_noise.state
        before = ops.convert_to_numpy(state).copy()
        state.assign(np.array([stream(int(seed), 0), 0]).astype(before.dtype))
        try:
            yield
        finally:
            state.assign(before)
