"""Baselines: models without a network, and a plain autoencoder."""

from keras_vae.evaluation.baselines.mean_image import mean_image
from keras_vae.evaluation.baselines.pca import pca
from keras_vae.evaluation.baselines.pixel_mixture import pixel_mixture
from keras_vae.evaluation.baselines.probabilistic_pca import probabilistic_pca

__all__ = ["mean_image", "pca", "pixel_mixture", "probabilistic_pca"]
