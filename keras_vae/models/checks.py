"""What a VAE asks of its networks and its data, and what it says when they do not fit."""

import math

import keras
import numpy as np

from keras_vae.arguments import shape_text
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
            f"`{name}` must take a tensor of shape {shape_text(shape)}. Received: {name}={network.name!r}, which answered: "
            f"{error}"
        ) from error


def shapes_of_outputs(outputs):
    """Return the shapes of what an encoder returns, one tensor or several."""
    if isinstance(outputs, dict):
        raise ValueError(f"`encoder` must return a tensor or a tuple of tensors. Received: a dict of {list(outputs)}")
    return [tuple(part.shape) for part in keras.tree.flatten(outputs)]


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
            f"`{name}` must have the shape {shape_text((None, *event_shape))}. Received: {name} of shape "
            f"{shape_text(shape)}"
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
                f"`decoder` must give parameters for x of shape {shape_text(tuple(x.shape))}. Received: a decoder for "
                f"data of shape {shape_text((None, *target_shape))}"
            )
        return x
    shape = shape_of(y)
    if shape is not None and not _fits(shape, target_shape):
        raise ValueError(
            f"`y` must be the target of a denoising model, of shape {shape_text((None, *target_shape))}, or be left "
            f"out. Received: y of shape {shape_text(shape)}"
        )
    return y


def rows(name: str, x, event_shape):
    """Return `x` as something to slice by rows: an array with at least one row of the right shape."""
    x = as_rows(name, x)
    batch_of(name, x, event_shape)
    if not x.shape[0]:
        raise ValueError(f"`{name}` must have at least one row. Received: {name} of shape {shape_text(tuple(x.shape))}")
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
