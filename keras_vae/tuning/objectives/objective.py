"""The base of the objectives."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vae.known import Known

known = Known("keras_vae.tuning")


class Objective(ABC):
    """A score of trained models, measured at the end of training on the validation split; the higher the better.

    It must not depend on the beta that a model was trained with: otherwise a search over beta would compare trials by
    different measures. Subclasses define `name` and `scores`.
    """

    name: str
    min_seeds = 1
    needs_factors = False
    has_a_winner = True
    # Whether a model's score says nothing of those of the trial's other seeds: else their spread is no error.
    seeds_are_independent = True

    @abstractmethod
    def scores(
        self,
        models: Sequence[Any],
        elbos: Sequence[float],
        x: np.ndarray,
        factors: np.ndarray | None,
        seed: int,
        y: np.ndarray | None = None,
    ) -> list[float]:
        """Return a score for each of a trial's models, which differ only in their seeds.

        Args:
            models: List of `keras_vae.VAE`.
            elbos: For each model its ELBO on x with beta = 1, nats per example.
            x: Array of shape `(n, ...)`, the validation data.
            factors: Array of shape `(n, num_factors)` or None.
            seed: Int, for the score's own draws.
            y: Array of n conditions, of models of x given y; it is left out where the models take none. Default None.
        """

    def get_config(self) -> dict:
        """Return what identifies the objective, in a form that JSON can hold."""
        return {"objective": type(self).__name__, **vars(self)}
