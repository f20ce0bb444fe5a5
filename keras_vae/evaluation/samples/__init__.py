"""Scores of samples."""

from keras_vae.evaluation.samples.class_agreement import class_agreement
from keras_vae.evaluation.samples.compare_samplers import compare_samplers
from keras_vae.evaluation.samples.density_coverage import density_coverage
from keras_vae.evaluation.samples.features import principal_components
from keras_vae.evaluation.samples.frechet_distance import frechet_distance
from keras_vae.evaluation.samples.kernel_distance import kernel_distance
from keras_vae.evaluation.samples.precision_recall import precision_recall

__all__ = [
    "class_agreement",
    "compare_samplers",
    "density_coverage",
    "frechet_distance",
    "kernel_distance",
    "precision_recall",
    "principal_components",
]
