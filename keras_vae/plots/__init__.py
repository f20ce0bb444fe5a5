"""Figures from arrays: each function takes arrays and returns a matplotlib Figure."""

from keras_vae.plots.history import history
from keras_vae.plots.interpolation import interpolation
from keras_vae.plots.latent_space import latent_space
from keras_vae.plots.manifold import manifold, manifold_codes
from keras_vae.plots.reconstructions import reconstructions
from keras_vae.plots.samples import samples
from keras_vae.plots.traversals import traversals

__all__ = [
    "history",
    "interpolation",
    "latent_space",
    "manifold",
    "manifold_codes",
    "reconstructions",
    "samples",
    "traversals",
]
