"""The two ends of every network: what an encoder says, and what a decoder gives."""

import math
from collections.abc import Iterable

from keras import layers

from keras_vae.arguments import shown, whole_number


def image_shape(input_shape) -> tuple[int, ...]:
    """Return the shape of one example as a tuple of ints; raise a ValueError if it is none."""
    try:
        axes = tuple(input_shape) if isinstance(input_shape, Iterable) else (input_shape,)
        if axes:
            return tuple(whole_number("input_shape", n) for n in axes)
    except (TypeError, ValueError):
        pass
    raise ValueError(
        "`input_shape` must be the shape of one example without the batch, such as (28, 28, 1). "
        f"Received: input_shape={shown(input_shape)}"
    )


def widths(name: str, values) -> list[int]:
    """Return the widths of hidden layers as a list of ints; raise a ValueError otherwise."""
    try:
        return [whole_number(name, value) for value in values]
    except TypeError as error:  # no list
        raise ValueError(f"`{name}` must be a list of ints of at least 1. Received: {name}={shown(values)}") from error


def only_shape(network: str, input_shape, only: tuple) -> tuple[int, ...]:
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


def posterior(features, latent_dim: int):
    """Return (mean, log_var), two dense heads in float32 whatever the policy: float16 overflows in the KL."""
    latent_dim = whole_number("latent_dim", latent_dim)
    mean = layers.Dense(latent_dim, name="mean", dtype="float32")(features)
    log_var = layers.Dense(latent_dim, name="log_var", dtype="float32")(features)
    return mean, log_var


def dense_parameters(features, output_shape):
    """Return a dense layer's outputs of the given shape, in float32, without an activation."""
    flat = layers.Dense(math.prod(output_shape), name="parameters", dtype="float32")(features)
    return layers.Reshape(output_shape, name="event", dtype="float32")(flat)
