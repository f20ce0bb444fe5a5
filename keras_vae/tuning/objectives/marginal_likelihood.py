"""The importance-weighted bound as an objective."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vae import evaluation
from keras_vae.arguments import whole_number
from keras_vae.tuning.objectives.objective import Objective, known


@known("marginal_likelihood")
class MarginalLikelihood(Objective):
    """The importance-weighted bound L_k on log p(x) of the validation split, nats per example.

    Args:
        num_samples: Int of at least 1, draws of z for each example. Default 100.

    Raises:
        ValueError: If `num_samples` is below 1.

    Example:
    >>> objective = keras_vae.tuning.MarginalLikelihood(num_samples=50)

    Reference: Burda et al. 2016, "Importance weighted autoencoders", equation 8.
    """

    name = "marginal_likelihood"

    def __init__(self, num_samples: int = 100):
        self.num_samples = whole_number("num_samples", num_samples)

    def scores(
        self,
        models: Sequence[Any],
        elbos: Sequence[float],
        x: np.ndarray,
        factors: np.ndarray | None,
        seed: int,
        y: np.ndarray | None = None,
    ) -> list[float]:
        """Return the models' L_k."""
        given: dict[str, Any] = {"y": y, "seed": seed, "verbose": 0}
        results = (evaluation.marginal_likelihood(vae, x, self.num_samples, **given) for vae in models)
        return [result["marginal_likelihood"] for result in results]
