"""Encoders and decoders: plain functions that return a pair of Keras models."""

from collections.abc import Callable
from typing import TypeAlias

import keras

from keras_vae.arguments import one_of
from keras_vae.networks.convolutional import convolutional
from keras_vae.networks.critic import critic
from keras_vae.networks.faces64 import faces64
from keras_vae.networks.lenet import lenet
from keras_vae.networks.mlp import mlp
from keras_vae.networks.s0 import s0
from keras_vae.networks.spatial import spatial

Builder: TypeAlias = Callable[..., tuple[keras.Model, keras.Model]]
KNOWN: dict[str, Builder] = {"mlp": mlp, "conv": convolutional, "s0": s0, "lenet": lenet, "faces64": faces64}


def get(name: str) -> Builder:
    """Return the builder that a name stands for: a function that returns `(encoder, decoder)`.

    All are called alike: `builder(input_shape, latent_dim, num_parameters=1)`; nets of one size refuse another.

    Args:
        name: "mlp", "conv" (`convolutional`), "s0", "lenet" or "faces64".

    Returns:
        Function that returns `(encoder, decoder)`.

    Raises:
        ValueError: If there is no such network.

    Example:
    >>> encoder, decoder = keras_vae.networks.get("lenet")((28, 28, 1), latent_dim=20)
    """
    return KNOWN[one_of("network", name, KNOWN)]


__all__ = ["convolutional", "critic", "faces64", "get", "lenet", "mlp", "s0", "spatial"]
