"""Numbers after training: each score takes functions and arrays, and returns a dict that states its protocol.

Importing this room is quick: scikit-learn is imported by the scores that need it, when they are called.
"""

from keras_vae.evaluation.baselines import mean_image, pca, pixel_mixture, probabilistic_pca
from keras_vae.evaluation.codes import (
    active_units,
    diagnose,
    k_means,
    linear_probe,
    mutual_information,
    nearest_neighbours,
    prior_hole_map,
    prior_holes,
    smoothness,
)
from keras_vae.evaluation.density import (
    ArrayModel,
    ais,
    ais_sandwich,
    bits_per_dimension,
    elbo,
    log_marginal_likelihood,
    marginal_likelihood,
)
from keras_vae.evaluation.disentanglement import (
    beta_vae_score,
    code_factor_information,
    dci,
    factor_vae_score,
    interventional_robustness,
    modularity_explicitness,
    mutual_information_gap,
    sap,
    unsupervised_disentanglement_ranking,
)
from keras_vae.evaluation.report import report
from keras_vae.evaluation.samples import (
    class_agreement,
    compare_samplers,
    density_coverage,
    frechet_distance,
    kernel_distance,
    precision_recall,
    principal_components,
)
from keras_vae.moved import moved

__getattr__ = moved(
    __name__,
    {
        "Autoencoder": "keras_vae.Autoencoder",
        "Classifier": "keras_vae.models.Classifier",
        "aggregate_kl": "keras_vae.evaluation.mutual_information, whose result holds `aggregate_kl`",
        "samplers": "keras_vae.samplers",
        "train_autoencoder": "keras_vae.Autoencoder.like(vae), with `fit` and `adapt`",
        "train_classifier": "keras_vae.models.train_classifier",
    },
)

__all__ = [
    "ArrayModel",
    "active_units",
    "ais",
    "ais_sandwich",
    "beta_vae_score",
    "bits_per_dimension",
    "class_agreement",
    "code_factor_information",
    "compare_samplers",
    "dci",
    "density_coverage",
    "diagnose",
    "elbo",
    "factor_vae_score",
    "frechet_distance",
    "interventional_robustness",
    "k_means",
    "kernel_distance",
    "linear_probe",
    "log_marginal_likelihood",
    "marginal_likelihood",
    "mean_image",
    "modularity_explicitness",
    "mutual_information",
    "mutual_information_gap",
    "nearest_neighbours",
    "pca",
    "pixel_mixture",
    "precision_recall",
    "prior_hole_map",
    "prior_holes",
    "principal_components",
    "probabilistic_pca",
    "report",
    "sap",
    "smoothness",
    "unsupervised_disentanglement_ranking",
]
