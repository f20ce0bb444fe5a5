"""The evidence lower bound as an objective."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vae.tuning.objectives.objective import Objective, known


@known("elbo")
class Elbo(Objective):
    """The ELBO on the validation split, with beta = 1 whatever beta the training had, nats per example.

    Example:
    >>> hypermodel = keras_vae.tuning.VAEHyperModel(data, objective=keras_vae.tuning.Elbo())

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", equation 10.
    """

    name = "elbo"

    def scores(
        self,
        models: Sequence[Any],
        elbos: Sequence[float],
        x: np.ndarray,
        factors: np.ndarray | None,
        seed: int,
        y: np.ndarray | None = None,
    ) -> list[float]:
        """Return the models' ELBOs."""
        return list(elbos)
