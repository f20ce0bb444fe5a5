"""The models: one file each."""

from keras_vae.models.autoencoder import Autoencoder
from keras_vae.models.classifier import Classifier, train_classifier
from keras_vae.models.conditional_vae import ConditionalVAE
from keras_vae.models.factor_vae import FactorVAE
from keras_vae.models.vae import VAE

__all__ = ["VAE", "Autoencoder", "Classifier", "ConditionalVAE", "FactorVAE", "train_classifier"]
