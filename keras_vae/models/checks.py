"""What a VAE asks of its networks and its data, and what it says when they do not fit."""

import math

import keras
import numpy as np

from keras_vae.rows import as_rows


def model(name: str, value):
    """Return `value` if it can be an encoder or decoder: a Keras model or layer."""
    if not isinstance(value, keras.layers.Layer):
        raise ValueError(f"`{name}` must be a Keras model. Received: {name}={value!r} of type {type(value).__name__}")
    return value


def input_shape(encoder):
    """Return the encoder's input shape `(None, ...)`, or None while it has none."""
    try:
        shape = encoder.input_shape
    except AttributeError:
        config = encoder.get_build_config() if encoder.built else None
        shape = (config or {}).get("input_shape")
    if shape is None or any(isinstance(part, (list, tuple, dict)) for part in shape):
        return None
    return (None, *shape[1:])


def call_symbolically(name: str, network, shape):
    """Build a network by a call without numbers, and return what it returns."""
    try:
        return network(keras.KerasTensor(shape, dtype="float32"))
    except Exception as error:
        raise ValueError(
            f"`{name}` must take a tensor of shape {text(shape)}. Received: {name}={network.name!r}, which answered: "
            f"{error}"
        ) from error


def posterior(outputs):
    """Return the shape `(None, latent_dim)` of the encoder's outputs (mean, log_var)."""
    is_pair = isinstance(outputs, (list, tuple)) and len(outputs) == 2
    shapes = [tuple(part.shape) for part in keras.tree.flatten(outputs)]
    if not is_pair or shapes[0] != shapes[1] or len(shapes[0]) != 2 or not shapes[0][-1]:
        received = ", ".join(map(text, shapes))
        raise ValueError(
            "`encoder` must return (mean, log_var), two tensors of one shape (batch, latent_dim) with latent_dim of "
            f"at least 1. Received: {type(outputs).__name__} with the shapes {received}"
        )
    return shapes[0]


def parameters(output):
    """Return the shape of the decoder's output, which must be one tensor."""
    if isinstance(output, (list, tuple, dict)):
        raise ValueError(
            "`decoder` must return one tensor, the likelihood's parameters (two of them side by side along the last "
            f"axis, where there are two). Received: {type(output).__name__}"
        )
    return tuple(output.shape)


def batch_of(name: str, x, event_shape):
    """Return `x` if its shape is `(batch, *event_shape)`; raise a ValueError otherwise."""
    shape = tuple(getattr(x, "shape", ()))
    if not _fits(shape, event_shape):
        raise ValueError(
            f"`{name}` must have the shape {text((None, *event_shape))}. Received: {name} of shape {text(shape)}"
        )
    return x


def is_label(y, target_shape) -> bool:
    """Say whether a y is labels: a number or a vector for each row, and no target of the decoder."""
    shape = shape_of(y)
    if shape is None or _fits(shape, target_shape) or len(shape) > 2:
        return False
    return None in shape[1:] or math.prod(shape[1:]) != math.prod(target_shape)


def shape_of(array):
    """Return an array's shape as a tuple, or None where its rank is unknown."""
    shape = array.shape if hasattr(array, "shape") else np.shape(array)
    return None if getattr(shape, "rank", 0) is None else tuple(shape)


def target(x, y, target_shape):
    """Return what the decoder's output is compared with: y, or x where y is None."""
    if y is None:
        if not _fits(tuple(x.shape), target_shape):
            raise ValueError(
                f"`decoder` must give parameters for x of shape {text(tuple(x.shape))}. Received: a decoder for data "
                f"of shape {text((None, *target_shape))}"
            )
        return x
    shape = shape_of(y)
    if shape is not None and not _fits(shape, target_shape):
        raise ValueError(
            f"`y` must be the target of a denoising model, of shape {text((None, *target_shape))}, or be left out. "
            f"Received: y of shape {text(shape)}"
        )
    return y


def rows(name: str, x, event_shape):
    """Return `x` as something to slice by rows: an array with at least one row of the right shape."""
    x = as_rows(name, x)
    batch_of(name, x, event_shape)
    if not x.shape[0]:
        raise ValueError(f"`{name}` must have at least one row. Received: {name} of shape {text(tuple(x.shape))}")
    return x


def refuse_rows(name: str, rows, is_valid, shown: int = 5):
    """Raise the ValueError of rows that hold NaN or infinite values; `is_valid` says which values are good."""
    with np.errstate(over="ignore"):
        bad = [i for i in range(rows.shape[0]) if not np.all(is_valid(np.asarray(rows[i], "float32")))]
    raise ValueError(
        f"`{name}` must hold finite numbers. Received: {len(bad)} of {rows.shape[0]} rows with NaN or infinity, the "
        f"first of them {bad[:shown]}"
    )


def _fits(shape, event_shape) -> bool:
    """Say whether a shape is `(batch, *event_shape)`, as far as both are known."""
    return len(shape) == len(event_shape) + 1 and all(
        a is None or b is None or a == b for a, b in zip(shape[1:], event_shape, strict=True)
    )


def text(shape) -> str:
    """Write a shape with its first axis, the rows, as `batch`: how many rows were looked at says nothing."""
    names = ["batch", *map(str, shape[1:])] if shape else []
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"
