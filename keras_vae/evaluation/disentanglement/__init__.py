"""Disentanglement scores: codes and factors in, numbers out.

The protocols are those of Locatello et al. 2019, "Challenging common assumptions in the unsupervised learning of
disentangled representations", appendix C, on arrays instead of a generator of images.
"""

from keras_vae.evaluation.disentanglement.beta_vae_score import beta_vae_score
from keras_vae.evaluation.disentanglement.dci import dci
from keras_vae.evaluation.disentanglement.factor_vae_score import factor_vae_score
from keras_vae.evaluation.disentanglement.information import code_factor_information
from keras_vae.evaluation.disentanglement.interventional_robustness import interventional_robustness
from keras_vae.evaluation.disentanglement.modularity_explicitness import modularity_explicitness
from keras_vae.evaluation.disentanglement.mutual_information_gap import mutual_information_gap
from keras_vae.evaluation.disentanglement.sap import sap
from keras_vae.evaluation.disentanglement.unsupervised_disentanglement_ranking import (
    unsupervised_disentanglement_ranking,
)

__all__ = [
    "beta_vae_score",
    "code_factor_information",
    "dci",
    "factor_vae_score",
    "interventional_robustness",
    "modularity_explicitness",
    "mutual_information_gap",
    "sap",
    "unsupervised_disentanglement_ranking",
]
