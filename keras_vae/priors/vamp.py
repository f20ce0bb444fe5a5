"""The VampPrior."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import noise
from keras_vae.arguments import LARGEST, shown, whole_number
from keras_vae.priors.prior import Prior, known
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike, Seed, Tensor


@known("vamp")
class VampPrior(Prior):
    """p(z) = 1/K sum_k q(z|u_k): the mixture of the model's own posteriors at K trained pseudo-inputs u_k.

    The model hands over its encoder and its posterior by `connect`, before `build`. The encoder sees the
    pseudo-inputs as in evaluation, without dropout; gradients reach the pseudo-inputs and the encoder. `log_prob`
    compares each of the batch's codes with each pseudo-input: it needs memory for `batch * K * latent_dim` numbers.

    Args:
        num_components: Int of at least 1, K; where `pseudo_inputs` are given, their number counts. Default 500.
        pseudo_inputs: Array of shape `(K, *event_shape)`, the start, such as examples of the training data, which
            the published code takes as well; None starts at random. It is no part of the config: a copy made from the
            config starts at random, one made by `copy.deepcopy` from the array, a loaded file has the trained ones.
            Default None.
        value_range: `(low, high)`, the range of the data, into which the pseudo-inputs are clipped before the encoder
            sees them; None for data without bounds, such as standardised ones. Default (0.0, 1.0), as published.
        event_shape: Shape of an example; None takes it from `pseudo_inputs` or `connect`. Default None.
        **kwargs: `name`, `dtype`, `trainable`, as for every Keras layer.

    Raises:
        ValueError: If an argument is out of its range, or the posterior does not know log q(z|x) of a given z.

    Example:
    >>> prior = keras_vae.priors.VampPrior(pseudo_inputs=x_train[:20])
    >>> vae = keras_vae.VAE(encoder, decoder, prior=prior)

    Reference: Tomczak and Welling 2018, "VAE with a VampPrior", equation 9.
    """

    needs_encoder = True

    def __init__(
        self,
        num_components: int = 500,
        pseudo_inputs: ArrayLike | None = None,
        value_range: Sequence[float] | None = (0.0, 1.0),
        event_shape: Sequence[int] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.num_components = whole_number("num_components", num_components)
        self.value_range = _range(value_range)
        self.event_shape = None if event_shape is None else _shape(event_shape)
        self._start = None
        self.pseudo_inputs: keras.Variable | None = None
        # Past Keras' tracking: the encoder and the posterior are the model's, which trains and saves them.
        self.__dict__.update(encode=None, posterior=None)
        if pseudo_inputs is not None:
            self._start = self._checked_start(pseudo_inputs)
            self.num_components, self.event_shape = len(self._start), self._start.shape[1:]

    def _checked_start(self, pseudo_inputs):
        start = np.asarray(as_rows("pseudo_inputs", pseudo_inputs), dtype="float64")
        low, high = self.value_range or (-LARGEST, LARGEST)
        if start.ndim < 2 or not start.size or (self.event_shape and self.event_shape != start.shape[1:]):
            expected = "(K, *event_shape), with a row at least" + (
                f", event_shape={self.event_shape}" if self.event_shape else ""
            )
            raise ValueError(f"`pseudo_inputs` must have the shape {expected}. Received: shape {start.shape}")
        if not np.all((start >= low) & (start <= high)):
            raise ValueError(
                f"`pseudo_inputs` must be within value_range=({low:g}, {high:g}). Received: values from "
                f"{start.min():g} to {start.max():g}"
            )
        return start.astype("float32")

    def connect(self, encode: Callable[[Tensor], list[Tensor]], posterior: Any, event_shape: tuple[int, ...]) -> None:
        """Take the model's encoder as a function, its posterior, and the shape of an example.

        Raises:
            ValueError: If the shape is not that of the pseudo-inputs, or the model has no posterior.
        """
        event_shape = _shape(event_shape)
        if self.event_shape not in (None, event_shape):
            raise ValueError(
                f"`prior` must have pseudo-inputs of the data's shape {event_shape}. Received: a VampPrior with "
                f"event_shape={self.event_shape}"
            )
        if posterior is None:
            raise ValueError(
                "`prior` must be no VampPrior in a model without a posterior q(z|x). Received: a VampPrior"
            )
        self.event_shape = event_shape
        self.__dict__.update(encode=encode, posterior=posterior)

    def build(self, input_shape: tuple) -> None:
        """Make the pseudo-inputs; a loaded prior, whose config has their shape, is built before its model exists."""
        if self.event_shape is None:
            raise self._not_connected()
        super().build(input_shape)
        if self.posterior is not None and not self.posterior.has_log_prob:
            raise ValueError(
                "`prior` must be no VampPrior with a posterior that knows log q(z|x) at its own draws only. Received: "
                f"the prior VampPrior with the posterior {type(self.posterior).__name__}"
            )
        low, high = self.value_range or (-1.0, 1.0)
        self.pseudo_inputs = self.add_weight(
            name="pseudo_inputs",
            shape=(self.num_components, *self.event_shape),
            initializer=keras.initializers.RandomUniform(low, high),
        )
        if self._start is not None:
            self.pseudo_inputs.assign(self._start)
            self._start = None

    def components(self) -> list[Tensor]:
        """Return the parameters of the q(z|u_k), as a list of tensors with K rows."""
        if self.encode is None:
            raise self._not_connected()
        pseudo_inputs = ops.convert_to_tensor(self.pseudo_inputs)
        return self.encode(pseudo_inputs if self.value_range is None else ops.clip(pseudo_inputs, *self.value_range))

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log 1/K sum_k q(z|u_k) in nats, a tensor of shape `(batch,)`."""
        rows, k = ops.shape(z)[0], self.num_components
        of_pairs = [
            ops.reshape(ops.broadcast_to(part[None], (rows, *part.shape)), (-1, *part.shape[1:]))
            for part in self.components()
        ]
        log_q = self.posterior.log_prob(ops.repeat(ops.cast(z, "float32"), k, axis=0), of_pairs)
        return ops.logsumexp(ops.reshape(log_q, (-1, k)), axis=-1) - math.log(k)

    def sample(self, n: int, seed: Seed) -> Tensor:
        """Draw `n` codes: a pseudo-input each, then a code from its q(z|u_k); of shape `(n, *latent_shape)`."""
        of_components, of_codes = noise.for_draws(seed, 2)
        k = keras.random.randint((n,), 0, self.num_components, dtype="int32", seed=of_components)
        return self.posterior.sample([ops.take(part, k, axis=0) for part in self.components()], of_codes)[0]

    def _not_connected(self):
        return ValueError(
            "`prior` must know a model's encoder to be a VampPrior: give it to keras_vae.VAE(prior=...), or call "
            f"`connect` before it is used. Received: the VampPrior {self.name!r}, which is not connected"
        )

    def __reduce__(self) -> tuple:
        """Let copies that are made before `build` start from the pseudo-inputs, which are no part of the config."""
        return *super().__reduce__(), {"_start": self._start}

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, without the array of `pseudo_inputs`."""
        return {
            **super().get_config(),
            "num_components": self.num_components,
            "value_range": None if self.value_range is None else list(self.value_range),
            "event_shape": None if self.event_shape is None else list(self.event_shape),
        }


def _shape(event_shape: Sequence[int]) -> tuple[int, ...]:
    """Return the shape of an example as a tuple; raise a ValueError if it is none, or some axis has no length."""
    sizes = tuple(event_shape) if isinstance(event_shape, (list, tuple)) and event_shape else (None,)
    try:
        return tuple(whole_number("event_shape", size) for size in sizes)
    except ValueError as error:
        raise ValueError(
            "`event_shape` must be ints of at least 1: pseudo-inputs have a fixed shape. Received: "
            f"event_shape={shown(event_shape)}"
        ) from error


def _range(value_range: Sequence[float] | None) -> tuple[float, float] | None:
    """Return `(low, high)` as floats, or None."""
    if value_range is None:
        return None
    pair = value_range if isinstance(value_range, (list, tuple)) else ()
    try:
        low, high = map(float, pair)
        good = -LARGEST <= low < high <= LARGEST
    except (TypeError, ValueError, OverflowError):
        good = False
    if not good:
        raise ValueError(f"`value_range` must be (low, high), two numbers, or None. Received: {shown(value_range)}")
    return low, high
