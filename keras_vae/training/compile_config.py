"""The config of a compiled model, written so that a file from one backend opens on the others."""

from collections.abc import Iterable
from typing import Any

import keras


def portable(config: dict[str, Any], optimizers: Iterable[str], jit_compile: bool | str) -> dict[str, Any]:
    """Return a compile config that names no backend.

    PyTorch's file would name its own optimizer class, and JAX's would ask the others for jit compilation.

    Args:
        config: What Keras' `get_compile_config` returns, with all optimizers.
        optimizers: The names of the optimizers.
        jit_compile: Bool or "auto", as the user gave it to `compile`.
    """
    return {**config, **{n: _portable_optimizer(config.get(n)) for n in optimizers}, "jit_compile": jit_compile}


def _portable_optimizer(config):
    if not isinstance(config, dict) or not hasattr(keras.optimizers, config.get("class_name", "")):
        return config
    inner = dict(config["config"])
    if "inner_optimizer" in inner:
        inner["inner_optimizer"] = _portable_optimizer(inner["inner_optimizer"])
    return {
        "module": "keras.optimizers",
        "class_name": config["class_name"],
        "config": inner,
        "registered_name": None,
    }
