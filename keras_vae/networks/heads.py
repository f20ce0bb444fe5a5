"""The two ends of every network: what an encoder says, and what a decoder gives."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import keras
from keras import layers

from keras_vae.arguments import shown, whole_number
from keras_vae.networks import image_layers


def image_shape(input_shape: Any, name: str = "input_shape", example: str = "(28, 28, 1)") -> tuple[int, ...]:
    """Return the shape of one example as a tuple of ints; raise a ValueError if it is none."""
    try:
        axes = tuple(input_shape) if isinstance(input_shape, Iterable) else (input_shape,)
        if axes:
            return tuple(whole_number(name, n) for n in axes)
    except (TypeError, ValueError):
        pass
    raise ValueError(
        f"`{name}` must be the shape of one example without the batch, such as {example}. "
        f"Received: {name}={shown(input_shape)}"
    )


def only_shape(network: str, input_shape: Any, only: tuple) -> tuple[int, ...]:
    """Return the shape of one example; raise a ValueError if a net of one size has another.

    Args:
        network: The net's name.
        input_shape: What the user gave.
        only: The net's shape; an axis that is a text, such as "channels", is of any length.
    """
    allowed = f"({', '.join(map(str, only))})"
    if not isinstance(input_shape, Iterable):
        raise ValueError(
            f"`input_shape` must be {allowed}, the only size of {network}; a latent size goes by its name: "
            f"{network}(latent_dim={input_shape}). Received: input_shape={shown(input_shape)}"
        )
    shape = image_shape(input_shape)
    if len(shape) != len(only) or any(n != m for n, m in zip(shape, only, strict=True) if isinstance(m, int)):
        raise ValueError(
            f"`input_shape` must be {allowed}, the only size of {network}. Received: input_shape={shown(input_shape)}"
        )
    return shape


def posterior(features: Any, latent_dim: int, heads: Mapping[str, int] | None = None) -> Any:
    """Return what an encoder says, a dense layer for each head, of the features `(batch, n)`.

    Args:
        features: Tensor of shape `(batch, n)`.
        latent_dim: Int of at least 1.
        heads: Dict from a name to a width, such as `posterior.heads(latent_dim)`; None stands for `mean` and
            `log_var` of `latent_dim` numbers each.

    Returns:
        A tuple of tensors, or the tensor of a single head, in float32 whatever the policy: float16 overflows in the KL.

    Raises:
        ValueError: If a width is below 1.
    """
    return _of_heads(whole_number("latent_dim", latent_dim), heads, partial(layers.Dense, dtype="float32"), features)


def spatial_posterior(features: Any, channels: int, heads: Mapping[str, int] | None = None) -> Any:
    """Return what a spatial encoder says, a 1 x 1 convolution for each head; see `posterior`."""
    one_by_one = partial(image_layers.Conv2D, kernel_size=1, dtype="float32")
    return _of_heads(whole_number("channels", channels), heads, one_by_one, features)


def _of_heads(width: int, heads: Mapping[str, int] | None, layer: Callable, features: Any) -> Any:
    heads = {"mean": width, "log_var": width} if heads is None else heads
    if not isinstance(heads, Mapping) or not heads or not all(isinstance(name, str) and name for name in heads):
        raise ValueError(
            "`heads` must be a dict from a name to a width, such as posterior.heads(latent_dim). Received: "
            f"heads={shown(heads)}"
        )
    outputs = tuple(layer(whole_number("heads", width), name=name)(features) for name, width in heads.items())
    return outputs if len(outputs) > 1 else outputs[0]


def condition(condition_shape: Any) -> list[Any]:
    """Return a list of the input of a condition, or an empty one without."""
    if condition_shape is None:
        return []
    return [keras.Input(image_shape(condition_shape, "condition_shape", "(10,)"), name="y")]


def with_condition(h: Any, y: list[Any]) -> Any:
    """Return a tensor `(batch, n)` with the condition, flattened, beside it."""
    return layers.Concatenate(name="and_y")([h, *(image_layers.Flatten(name="flat_y")(part) for part in y)]) if y else h


def model(inputs: list[Any], outputs: Any, name: str) -> keras.Model:
    """Return the model of one input, or of several as a list."""
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs, name=name)


def dense_parameters(features: Any, output_shape: tuple[int, ...]) -> Any:
    """Return a dense layer's outputs of the given shape, in float32, without an activation."""
    flat = layers.Dense(math.prod(output_shape), name="parameters", dtype="float32")(features)
    return layers.Reshape(output_shape, name="event", dtype="float32")(flat)
