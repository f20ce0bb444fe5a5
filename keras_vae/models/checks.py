"""Checks of a model's networks and data."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from keras_vae.arguments import shape_text, shown
from keras_vae.arrays.checks import fits
from keras_vae.types import Tensor


def model(name: str, value: Any) -> keras.layers.Layer:
    """Return `value` if it can be an encoder or decoder: a Keras model or layer."""
    if not isinstance(value, keras.layers.Layer):
        raise ValueError(f"`{name}` must be a Keras model. Received: {name}={value!r} of type {type(value).__name__}")
    return value


def input_shape(encoder: keras.layers.Layer) -> tuple | None:
    """Return the shape `(None, ...)` of the encoder's one input, or None while it has none."""
    try:
        shape = encoder.input_shape
    except AttributeError:
        config = encoder.get_build_config() if encoder.built else None
        shape = (config or {}).get("input_shape")
    if shape is None:
        return None
    if isinstance(shape, dict) or any(isinstance(part, (list, tuple, dict)) for part in shape):
        raise ValueError(
            "`encoder` must take one tensor, x, or [x, y] in a ConditionalVAE. Received: "
            f"encoder={encoder.name!r}, which takes {len(shape)} inputs"
        )
    return (None, *shape[1:])


def call_symbolically(name: str, network: keras.layers.Layer, shape: tuple, *others: tuple) -> Any:
    """Build a network by a call without numbers, and return what it returns; with several inputs it gets a list."""
    shapes = [shape, *others]
    taken = " and ".join(map(shape_text, shapes))
    wanted = f"`{name}` must take {'tensors of the shapes' if others else 'a tensor of shape'} {taken}"
    known = getattr(network, "input_shape", None)
    known = known if isinstance(known, list) else [known]
    if any(_has_other_axes(one, other) for one, other in zip(known, shapes, strict=False)):
        takes = " and ".join(map(shape_text, known))
        raise ValueError(f"{wanted}. Received: {name}={network.name!r}, which takes {takes}")
    inputs = [keras.KerasTensor(one, dtype="float32") for one in shapes]
    try:
        return network(inputs if others else inputs[0])
    except Exception as error:
        raise ValueError(f"{wanted}. Received: {name}={network.name!r}, which answered: {error}") from error


def _has_other_axes(known: Any, shape: tuple) -> bool:
    """Say if a network's input is known to be of another length on some axis: for an axis of 1 Keras lets any pass."""
    return isinstance(known, tuple) and len(known) == len(shape) and not fits(shape, known[1:])


def shapes_of_outputs(outputs: Any) -> list[tuple]:
    """Return the shapes of what an encoder returns, one tensor or several."""
    if isinstance(outputs, dict):
        raise ValueError(f"`encoder` must return a tensor or a tuple of tensors. Received: a dict of {list(outputs)}")
    return [tuple(part.shape) for part in keras.tree.flatten(outputs)]


def parameters(output: Any) -> tuple:
    """Return the shape of the decoder's output, which must be one tensor."""
    if isinstance(output, (list, tuple, dict)):
        raise ValueError(
            "`decoder` must return one tensor, the likelihood's parameters (two of them side by side along the last "
            f"axis, where there are two). Received: {type(output).__name__}"
        )
    return tuple(output.shape)


def is_label(y: Any, target_shape: Sequence[int]) -> bool:
    """Say whether a y is labels: a number or a vector for each row, and no target of the decoder."""
    shape = shape_of(y)
    if shape is None or fits(shape, target_shape) or len(shape) > 2:
        return False
    return None in shape[1:] or math.prod(shape[1:]) != math.prod(target_shape)


def shape_of(array: Any) -> tuple | Any:
    """Return an array's shape as a tuple, or None where its rank is unknown."""
    shape = array.shape if hasattr(array, "shape") else np.shape(array)
    return None if getattr(shape, "rank", 0) is None else tuple(shape)


def target(x: Tensor, y: Tensor | None, target_shape: Sequence[int]) -> Tensor:
    """Return what the decoder's output is compared with: y, or x where y is None."""
    if y is None:
        if not fits(tuple(x.shape), target_shape):
            raise ValueError(
                f"`decoder` must give parameters for x of shape {shape_text(tuple(x.shape))}. Received: a decoder for "
                f"data of shape {shape_text((None, *target_shape))}"
            )
        return x
    shape = shape_of(y)
    if shape is not None and not fits(shape, target_shape):
        raise ValueError(
            f"`y` must be the target of a denoising model, of shape {shape_text((None, *target_shape))}, or be left "
            f"out. Received: y of shape {shape_text(shape)}"
        )
    return y


def penalties(values: Any, taken: Iterable[str], model: str) -> list[Any]:
    """Return `values` as a list if they are penalties, each logged under names of its own.

    Args:
        values: What was given.
        taken: The names under which the model logs something else: of two logs of one name one would be lost.
        model: Text, the model's class.
    """
    if not isinstance(values, (list, tuple)) or not all(hasattr(value, "weight") for value in values):
        raise ValueError(f"`penalties` must be a list of keras_vae.penalties.Penalty. Received: {shown(values)}")
    names = [value.name for value in values]
    if len(set(names)) < len(names):
        raise ValueError(f"`penalties` must have different names: they are logged by them. Received: {names}")
    owners = dict.fromkeys(taken, f"the {model}")
    for penalty in values:
        own = f"{type(penalty).__name__} with name={penalty.name!r}"
        for name in (penalty.name, *penalty.schedules()):
            if name in owners:
                raise ValueError(
                    f"`penalties` must be logged under names of their own: {owners[name]} logs {name!r} too; give the "
                    f"penalty another by `name=`. Received: {own}"
                )
            owners[name] = f"the {own}"
    return list(values)
