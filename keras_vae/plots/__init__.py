"""Figures from arrays: each function takes arrays and returns a matplotlib Figure."""

from keras_vae.plots.active_units import active_units
from keras_vae.plots.code_factors import code_factors
from keras_vae.plots.history import history
from keras_vae.plots.interpolation import interpolation
from keras_vae.plots.kl_per_dimension import kl_per_dimension
from keras_vae.plots.latent_space import latent_space
from keras_vae.plots.manifold import manifold, manifold_codes
from keras_vae.plots.posterior_blobs import posterior_blobs
from keras_vae.plots.prior_holes import prior_holes
from keras_vae.plots.rate_distortion import rate_distortion
from keras_vae.plots.reconstructions import reconstructions
from keras_vae.plots.samples import samples
from keras_vae.plots.search_map import search_map
from keras_vae.plots.seed_spread import seed_spread
from keras_vae.plots.traversals import traversals

__all__ = [
    "active_units",
    "code_factors",
    "history",
    "interpolation",
    "kl_per_dimension",
    "latent_space",
    "manifold",
    "manifold_codes",
    "posterior_blobs",
    "prior_holes",
    "rate_distortion",
    "reconstructions",
    "samples",
    "search_map",
    "seed_spread",
    "traversals",
]
