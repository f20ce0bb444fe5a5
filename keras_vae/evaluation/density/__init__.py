"""Densities: bounds on log p(x), and estimates of it."""

from keras_vae.evaluation.density.ais import ais
from keras_vae.evaluation.density.ais_sandwich import ais_sandwich
from keras_vae.evaluation.density.array_model import ArrayModel
from keras_vae.evaluation.density.bits_per_dimension import bits_per_dimension
from keras_vae.evaluation.density.elbo import elbo
from keras_vae.evaluation.density.marginal_likelihood import log_marginal_likelihood, marginal_likelihood

__all__ = [
    "ArrayModel",
    "ais",
    "ais_sandwich",
    "bits_per_dimension",
    "elbo",
    "log_marginal_likelihood",
    "marginal_likelihood",
]
