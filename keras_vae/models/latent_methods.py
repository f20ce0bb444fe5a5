"""The methods between data and codes."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import at_least, shown, true_or_false, whole_number
from keras_vae.arrays import BLOCK, ArrayMethods, GivenSeed, Stream, checks, drawn_over_rows, over_rows
from keras_vae.likelihoods import Likelihood
from keras_vae.priors import Prior
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike, Tensor


class LatentMethods(ArrayMethods):
    """What a user does with a trained model, which has a `likelihood`, a `prior` and the way of one batch.

    Each method takes NumPy arrays (or what can be sliced by rows, such as `numpy.memmap`), computes a few rows at a
    time in a compiled function, and returns NumPy arrays: the memory needed beyond them does not grow with the number
    of rows. `y` is the condition of a conditional model, and None for all others.
    """

    encoder: keras.layers.Layer
    likelihood: Likelihood
    prior: Prior
    latent_dim: int | Any  # None until the model is built, as are the shapes
    latent_shape: tuple[int, ...] | Any
    event_shape: tuple[int, ...] | Any
    target_shape: tuple[int, ...] | Any
    built: bool
    build_if_possible: Callable[[], None]
    check_loaded_weights: Callable[[], None]
    encoded: Callable[..., list[Tensor]]
    point: Callable[[list[Tensor]], Tensor]
    decoded: Callable[..., dict[str, Tensor]]

    @over_rows
    def codes(self, x: ArrayLike, y: ArrayLike | None = None, batch_size: int = 256) -> np.ndarray:
        """Return the code that stands for each example: that of an autoencoder, or the posterior's mean.

        Args:
            x: Array of shape `(n, ...)`.
            y: Array of n conditions, or None. Default None.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of shape `(n, *latent_shape)`; nothing is drawn.

        Raises:
            ValueError: If x has the wrong shape or no rows.

        Example:
        >>> z = vae.codes(x_test)
        """
        return self.point(self.encoded(x, y))

    @over_rows
    def decode(self, z: ArrayLike, y: ArrayLike | None = None, batch_size: int = 256) -> np.ndarray:
        """Return the mean of p(x|z) for each code.

        Args:
            z: Array of shape `(n, *latent_shape)`, such as `(n, latent_dim)`.
            y: Array of n conditions, or None. Default None.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of the data's shape `(n, ...)`.

        Raises:
            ValueError: If z has the wrong shape or no rows.

        Example:
        >>> images = vae.decode(np.zeros((1, vae.latent_dim)))
        """
        return self.likelihood.mean(**self._decoded_float32(z, y))

    @over_rows
    def reconstruct(self, x: ArrayLike, y: ArrayLike | None = None, batch_size: int = 256) -> np.ndarray:
        """Return the mean of p(x|z) at the code of each example, the posterior's mean: nothing is drawn.

        Args:
            x: Array of shape `(n, ...)`.
            y: Array of n conditions, or None. Default None.
            batch_size: Int of at least 1. Default 256.

        Returns:
            Float32 array of the data's shape `(n, ...)`.

        Raises:
            ValueError: If x has the wrong shape or no rows.

        Example:
        >>> x_hat = vae.reconstruct(x_test)
        """
        return self.likelihood.mean(**self._decoded_float32(self.point(self.encoded(x, y)), y))

    def sample(
        self,
        n: int,
        y: ArrayLike | None = None,
        temperature: float = 1.0,
        truncation: float | None = None,
        observe: bool = False,
        seed: int | None = None,
        batch_size: int = 256,
    ) -> np.ndarray:
        """Draw new examples: z from the prior, then the mean of p(x|z) or a draw from it.

        Args:
            n: Int of at least 1, how many. With one seed, the first of many are those of a few.
            y: Array of n conditions, or None. Default None.
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
        stream = self.stream(seed)
        z = self._sample_codes(n, temperature, truncation, stream.part(0))
        return self._observe(z=z, y=y, stream=stream.part(1)) if observe else self.decode(z, y, batch_size)

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
            Float32 array of shape `(n, *latent_shape)`.

        Raises:
            ValueError: If an argument is out of its range.

        Example:
        >>> z = vae.sample_codes(16, seed=0)
        """
        n = whole_number("n", n)
        self.require_built()
        return self._sample_codes(n, temperature, truncation, self.stream(seed).part(0))

    def interpolate(
        self, x_a: ArrayLike, x_b: ArrayLike, steps: int = 8, y: ArrayLike | None = None, batch_size: int = 256
    ) -> np.ndarray:
        """Return the images on the straight line between the codes of two examples.

        Args:
            x_a: Array, one example of the data's shape, or `(n, ...)` of them.
            x_b: Array of the same shape.
            steps: Int of at least 2, how many images, the two ends included. Default 8.
            y: The condition of both, or an array of n of them, or None. Default None.
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
        y = _one_row(y) if single else y
        start, end = self.codes(a, y, batch_size)[:, None], self.codes(b, y, batch_size)[:, None]
        share = np.linspace(0.0, 1.0, steps, dtype="float32").reshape(-1, *(1 for _ in self.latent_shape))
        return self._decode_grid((1.0 - share) * start + share * end, y, single, batch_size)

    def traverse(
        self, x: ArrayLike, dimension: int, values: ArrayLike, y: ArrayLike | None = None, batch_size: int = 256
    ) -> np.ndarray:
        """Return the images of an example's code with one latent dimension set to each of some values.

        Args:
            x: Array, one example of the data's shape, or `(n, ...)` of them.
            dimension: Int, the latent dimension, from 0 (or from -1 downwards, from the end); of codes
                height x width x channels the channel, which is set at all places.
            values: Floats, in the unit of z.
            y: The condition of x, or an array of n of them, or None. Default None.
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
        y = _one_row(y) if single else y
        codes = np.repeat(self.codes(x, y, batch_size)[:, None], len(values), axis=1)
        if not np.all(np.isfinite(values)):
            raise ValueError(f"`values` must be finite in float32. Received: {values.tolist()}")
        codes[..., dimension] = values.reshape(1, -1, *(1 for _ in self.latent_shape[1:]))
        return self._decode_grid(codes, y, single, batch_size)

    def shape_of_rows(self, name: str) -> tuple[int, ...]:
        """Return the shape of a row of the argument with a name, for the methods of arrays."""
        if name == "y":
            raise ValueError(f"`y` must be None: the model {type(self).__name__} takes no condition. Received: a y")
        return self.latent_shape if name == "z" else self.event_shape

    def require_built(self) -> None:
        """Build the model if its encoder knows its input, and raise a ValueError if it does not."""
        self.build_if_possible()
        if not self.built:
            raise ValueError(
                "The model does not know the shape of its data yet. Call fit(x) first, or build the encoder: "
                f"vae.build((None, ...)). Received: encoder={self.encoder.name!r}, which is not built"
            )
        self.check_loaded_weights()

    def require_prior(self) -> None:
        """Raise a ValueError if no codes can be drawn yet."""
        if not self.prior.is_ready:
            raise ValueError(
                "The model has no prior to draw codes from yet: call adapt(x) after the training, which fits "
                f"{type(self.prior).__name__} to the codes of x"
            )

    def _sample_codes(self, n: int, temperature: float, truncation: float | None, stream: Stream) -> np.ndarray:
        temperature = at_least("temperature", temperature, 0.0)
        self.require_prior()
        blocks = [self._block_of_codes(truncation, stream.part(block)) for block in range(-(-n // BLOCK))]
        return temperature * np.concatenate(blocks)[:n]

    def _block_of_codes(self, truncation: float | None, stream: Stream) -> np.ndarray:
        seed = GivenSeed(self.seed_tensor(stream))
        if truncation is not None:
            return self.prior.sample_truncated(BLOCK, truncation, seed)
        drawn = self.compiled_function("sample_codes", lambda state: self.prior.sample(BLOCK, GivenSeed(state)))
        return ops.convert_to_numpy(drawn(seed.start))

    @drawn_over_rows
    def _observe(self, z, y, seed):
        return self.likelihood.sample(seed=seed, **self._decoded_float32(z, y))

    def _decoded_float32(self, z: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        return {name: ops.cast(part, "float32") for name, part in self.decoded(z, y).items()}

    def _decode_grid(self, codes: np.ndarray, y: ArrayLike | None, single: bool, batch_size: int) -> np.ndarray:
        n, steps = codes.shape[:2]
        y = None if y is None else np.repeat(np.asarray(y), steps, axis=0)
        images = self.decode(codes.reshape(n * steps, *self.latent_shape), y, batch_size)
        images = images.reshape(n, steps, *self.target_shape)
        return images[0] if single else images

    def _dimension(self, value: Any) -> int:
        low, high = -self.latent_shape[-1], self.latent_shape[-1] - 1
        try:
            return whole_number("dimension", value, low=low, high=high)
        except ValueError as error:
            raise ValueError(f"`dimension` must be an int from {low} to {high}. Received: {shown(value)}") from error

    def _as_rows(self, name: str, x: ArrayLike) -> tuple[Any, bool]:
        """Return x with a batch axis, and whether it had none."""
        self.require_built()
        x = as_rows(name, x)
        single = x.ndim == len(self.event_shape)
        return checks.rows(name, np.asarray(x)[None] if single else x, self.event_shape), single


def _one_row(y: ArrayLike | None) -> np.ndarray | None:
    """Return the condition of one example as a row."""
    return None if y is None else np.asarray(y)[None]
