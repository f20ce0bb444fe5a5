"""Priors p(z): one class a file."""

from keras_vae.arguments import one_of
from keras_vae.priors.prior import Prior
from keras_vae.priors.standard_normal import StandardNormal

KNOWN = {"standard_normal": StandardNormal}


def get(identifier) -> Prior:
    """Return the prior that a name, an instance or None (the standard normal) stands for."""
    if isinstance(identifier, Prior):
        return identifier
    return KNOWN[one_of("prior", "standard_normal" if identifier is None else identifier, KNOWN)]()


__all__ = ["Prior", "StandardNormal", "get"]
