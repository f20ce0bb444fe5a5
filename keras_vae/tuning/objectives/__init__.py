"""Objectives of a search."""

from functools import partial
from typing import Any

from keras_vae.tuning.objectives.disentanglement import SCORES, Disentanglement
from keras_vae.tuning.objectives.elbo import Elbo
from keras_vae.tuning.objectives.marginal_likelihood import MarginalLikelihood
from keras_vae.tuning.objectives.objective import Objective, known
from keras_vae.tuning.objectives.rate_distortion import RateDistortion
from keras_vae.tuning.objectives.udr import UDR

# The name of a score stands for the objective of that score.
known.classes.update({score: partial(Disentanglement, score) for score in SCORES})
NAMES = tuple(known.classes)


def get(identifier: Any) -> Objective:
    """Return the objective that a name (with its default arguments) or an instance stands for."""
    if isinstance(identifier, str) and identifier.startswith(("val_", "loss")):
        raise ValueError(
            "`objective` must not depend on the beta that is searched: the loss rewards beta near 0. Expected one of "
            f"{', '.join(map(repr, NAMES))}. Received: objective={identifier!r}"
        )
    return known.get("objective", identifier, Objective)  # type: ignore[type-abstract]


__all__ = ["Disentanglement", "Elbo", "MarginalLikelihood", "NAMES", "Objective", "RateDistortion", "UDR", "get"]
