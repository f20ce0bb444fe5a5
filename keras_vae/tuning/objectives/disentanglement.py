"""Disentanglement scores as objectives."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_vae import evaluation
from keras_vae.arguments import one_of
from keras_vae.tuning.objectives.objective import Objective, known

# Each score's function, and the name of its figure in what the function returns.
SCORES: dict[str, tuple[Callable[..., dict], str]] = {
    "mutual_information_gap": (evaluation.mutual_information_gap, "mutual_information_gap"),
    "sap": (evaluation.sap, "sap"),
    "dci": (evaluation.dci, "disentanglement"),
    "beta_vae_score": (evaluation.beta_vae_score, "beta_vae_score"),
    "factor_vae_score": (evaluation.factor_vae_score, "factor_vae_score"),
    "modularity": (evaluation.modularity_explicitness, "modularity"),
}


@known()
class Disentanglement(Objective):
    """A disentanglement score of the posterior means of the validation split, from 0 to 1.

    Args:
        score: "mutual_information_gap", "sap", "dci" (its disentanglement), "beta_vae_score", "factor_vae_score" or
            "modularity"; each by the protocol of the function in `keras_vae.evaluation`. Default
            "mutual_information_gap".

    Raises:
        ValueError: If there is no such score.

    Example:
    >>> objective = keras_vae.tuning.Disentanglement("dci")

    Reference: Locatello et al. 2019, "Challenging common assumptions in the unsupervised learning of disentangled
    representations", section 4.
    """

    needs_factors = True

    def __init__(self, score: str = "mutual_information_gap"):
        self.score = one_of("score", score, SCORES)

    @property
    def name(self) -> str:  # type: ignore[override]  # no variable: those are the config
        """The score's name."""
        return self.score

    def scores(
        self,
        models: Sequence[Any],
        elbos: Sequence[float],
        x: np.ndarray,
        factors: np.ndarray | None,
        seed: int,
        y: np.ndarray | None = None,
    ) -> list[float]:
        """Return the models' scores."""
        function, key = SCORES[self.score]
        return [function(vae.codes(x, y), factors, seed=seed)[key] for vae in models]
