"""The search for a latent size and a beta with keras-tuner; needs the extra `tuning`."""

from importlib.util import find_spec

if find_spec("keras_tuner") is None or find_spec("filelock") is None:
    raise ImportError(
        "keras_vae.tuning needs keras-tuner: pip install 'keras-vae[tuning]' (keras-tuner, six, tensorboard, filelock)"
    )

from keras_vae.tuning.choice import advice, best, knee, pareto_front
from keras_vae.tuning.hypermodel import VAEHyperModel
from keras_vae.tuning.objectives import (
    UDR,
    Disentanglement,
    Elbo,
    MarginalLikelihood,
    Objective,
    RateDistortion,
)
from keras_vae.tuning.oracles import is_distributed
from keras_vae.tuning.search_directory import SearchDirectory
from keras_vae.tuning.search_space import SearchSpace
from keras_vae.tuning.trials import table, trials, write_csv
from keras_vae.tuning.tuners import check_tuner, make_tuner

__all__ = [
    "Disentanglement",
    "Elbo",
    "MarginalLikelihood",
    "Objective",
    "RateDistortion",
    "SearchDirectory",
    "SearchSpace",
    "UDR",
    "VAEHyperModel",
    "advice",
    "best",
    "check_tuner",
    "is_distributed",
    "knee",
    "make_tuner",
    "pareto_front",
    "table",
    "trials",
    "write_csv",
]
