"""Scores of the latent code, and of how it covers the prior."""

from keras_vae.evaluation.codes.active_units import active_units
from keras_vae.evaluation.codes.diagnose import diagnose
from keras_vae.evaluation.codes.k_means import k_means
from keras_vae.evaluation.codes.linear_probe import linear_probe
from keras_vae.evaluation.codes.mutual_information import mutual_information
from keras_vae.evaluation.codes.nearest_neighbours import nearest_neighbours
from keras_vae.evaluation.codes.prior_holes import prior_hole_map, prior_holes
from keras_vae.evaluation.codes.smoothness import smoothness

__all__ = [
    "active_units",
    "diagnose",
    "k_means",
    "linear_probe",
    "mutual_information",
    "nearest_neighbours",
    "prior_hole_map",
    "prior_holes",
    "smoothness",
]
