"""Encoders and decoders: plain functions that return a pair of Keras models."""

from keras_vae.arguments import one_of
from keras_vae.networks.convolutional import convolutional
from keras_vae.networks.faces64 import faces64
from keras_vae.networks.lenet import lenet
from keras_vae.networks.mlp import mlp
from keras_vae.networks.s0 import s0

KNOWN = {"mlp": mlp, "conv": convolutional, "s0": s0, "lenet": lenet, "faces64": faces64}


def get(name: str):
    """Return the builder that a name stands for: a function that returns `(encoder, decoder)`.

    Example:
    >>> encoder, decoder = keras_vae.networks.get("lenet")(latent_dim=20)
    """
    return KNOWN[one_of("network", name, KNOWN)]


__all__ = ["convolutional", "faces64", "get", "lenet", "mlp", "s0"]
