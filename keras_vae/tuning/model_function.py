"""The function that makes the models of a search."""

import copy
import functools
from collections.abc import Callable
from typing import Any

import keras

from keras_vae.arguments import shown
from keras_vae.models import VAE


def of_vaes(model: Any) -> Callable[..., VAE]:
    """Return `model` if it can make VAEs; what a function returns is seen when it is called."""
    is_another_class = isinstance(model, type) and not issubclass(model, VAE)
    if not callable(model) or isinstance(model, keras.Model) or is_another_class:
        raise ValueError(
            "`model` must be keras_vae.VAE, a subclass, or a function (encoder, decoder, likelihood=, beta=) that "
            f"returns one. Received: model={getattr(model, '__name__', shown(model))}"
        )
    return model


def with_new_parts(model: Callable[..., VAE]) -> Callable[..., VAE]:
    """Return `model` with copies of the Keras layers that a partial holds, such as a prior: one model has each."""
    if not isinstance(model, functools.partial):
        return model
    try:
        args, keywords = keras.tree.map_structure(
            lambda part: copy.deepcopy(part) if isinstance(part, keras.layers.Layer) else part,
            (list(model.args), model.keywords),
        )
    except Exception as error:
        raise ValueError(
            "`model` must be a function that makes new parts in each call, where they cannot be copied for each "
            f"training. Received: model={lasting_name(model)}, whose copy answered: {error}"
        ) from error
    return functools.partial(model.func, *args, **keywords)


def lasting_name(function: Any) -> str:
    """Return a name that is the same in another process, with the arguments that a partial or a layer holds."""
    if isinstance(function, functools.partial):
        return _called(lasting_name(function.func), function.keywords)
    if isinstance(function, keras.layers.Layer):
        held = {name: value for name, value in function.get_config().items() if isinstance(value, (str, int, float))}
        return _called(type(function).__name__, {k: v for k, v in held.items() if k not in ("name", "trainable")})
    return getattr(function, "__name__", type(function).__name__)


def _called(name: str, arguments: dict[str, Any]) -> str:
    texts = [
        f"{k}={v if isinstance(v, (str, int, float, tuple)) else lasting_name(v)}" for k, v in sorted(arguments.items())
    ]
    return f"{name}({', '.join(texts)})" if texts else name
