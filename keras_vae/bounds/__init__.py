"""Bounds: what is maximised in place of log p(x), one class a file."""

from typing import Any

from keras_vae.bounds.bound import Bound, known
from keras_vae.bounds.dreg import DReG
from keras_vae.bounds.elbo import ELBO
from keras_vae.bounds.iwae import IWAE


def get(identifier: Any) -> Bound:
    """Return the bound that a name, an instance or None (the ELBO) stands for."""
    return known.get("bound", identifier, Bound, default="elbo")


__all__ = ["Bound", "DReG", "ELBO", "IWAE", "get"]
