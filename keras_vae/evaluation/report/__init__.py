"""All the numbers of a trained VAE in one call."""

from keras_vae.evaluation.report.report import report

__all__ = ["report"]
