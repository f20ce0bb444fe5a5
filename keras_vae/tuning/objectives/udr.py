"""UDR as an objective."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vae import evaluation
from keras_vae.tuning.objectives.objective import Objective, known


@known("udr")
class UDR(Objective):
    """The unsupervised disentanglement ranking: how far models that differ only in their seeds agree, from 0 to 0.9.

    It needs at least two seeds a trial; each model is scored by its median agreement with the trial's others. So the
    scores of a trial's seeds share their comparisons, and the spread over them is not the error of their mean.

    Example:
    >>> hypermodel = keras_vae.tuning.VAEHyperModel(data, objective=keras_vae.tuning.UDR(), seeds=3)

    Reference: Duan et al. 2020, "Unsupervised model selection for variational disentangled representation learning",
    equations 2 and 3.
    """

    name = "udr"
    min_seeds = 2
    seeds_are_independent = False

    def scores(
        self,
        models: Sequence[Any],
        elbos: Sequence[float],
        x: np.ndarray,
        factors: np.ndarray | None,
        seed: int,
        y: np.ndarray | None = None,
    ) -> list[float]:
        """Return the models' agreement with each other."""
        codes = [vae.encode(x, y) for vae in models]
        kl = [evaluation.active_units(mean, log_var)["kl_per_dimension"] for mean, log_var in codes]
        return evaluation.unsupervised_disentanglement_ranking([mean for mean, _ in codes], kl, seed=seed)["scores"]
