"""The base of the likelihoods of a probability."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_vae.distributions import bernoulli
from keras_vae.likelihoods.activations import PROBABILITIES, RANGES, UNBOUNDED, text
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.types import Seed, Tensor


class FromLogits(Likelihood):
    """A likelihood of data in [0, 1] with one parameter, a probability p = sigmoid(logit).

    A subclass writes `log_density`, `mean_of_logits` and `sample_of_logits` for logits. Whoever knows the logits of
    probabilities, from before the decoder's sigmoid, gives them beside `parameters`: near 0 and 1 a float32 has lost
    them.

    Args:
        from_logits: Bool, True if the decoder gives logits, False if it gives probabilities.

    Raises:
        ValueError: If `from_logits` is no bool.
    """

    support = PROBABILITIES

    def __init__(self, from_logits: bool = True, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(from_logits, (bool, np.bool_)):
            raise ValueError(f"`from_logits` must be True or False. Received: from_logits={from_logits!r}")
        self.from_logits = bool(from_logits)

    def logits(self, parameters: Tensor, logits: Tensor | None = None) -> Tensor:
        """Return the logits of what the decoder gives; probabilities are kept 1e-7 from 0 and 1."""
        if logits is not None:
            return ops.cast(logits, "float32")
        parameters = ops.cast(parameters, "float32")
        return parameters if self.from_logits else bernoulli.logits(parameters)

    def log_prob(self, x: Tensor, parameters: Tensor, logits: Tensor | None = None) -> Tensor:
        """Return log p(x|z) of each example; see `Likelihood.log_prob`."""
        return super().log_prob(x, self.logits(parameters, logits))

    def log_prob_of_draws(
        self, x: Tensor, parameters: Tensor, num_samples: int, logits: Tensor | None = None
    ) -> Tensor:
        """Return log p(x|z) of each example at several draws of z; see `Likelihood.log_prob_of_draws`."""
        return super().log_prob_of_draws(x, self.logits(parameters, logits), num_samples)

    def mean(self, parameters: Tensor, logits: Tensor | None = None) -> Tensor:
        """Return the mean of p(x|z)."""
        return self.mean_of_logits(self.logits(parameters, logits))

    def sample(self, parameters: Tensor, seed: Seed, logits: Tensor | None = None) -> Tensor:
        """Draw x from p(x|z)."""
        return self.sample_of_logits(self.logits(parameters, logits), seed)

    def misfit(self, activation: str | None, values: Callable[[], np.ndarray]) -> tuple[str | None, bool]:
        """Say that a decoder gives probabilities where logits are wanted, or the other way round."""
        if activation is not None:
            end, bounds = f"ends in {activation}", RANGES.get(activation, UNBOUNDED)
        else:
            values = values()
            end, bounds = "gives such values at random codes", (float(values.min()), float(values.max()))
        return self._misfit_of_logits(end, bounds, activation) if self.from_logits else self._misfit(end, bounds)

    def _misfit_of_logits(self, end, bounds, activation):
        low, high = bounds
        name = type(self).__name__
        if low >= 0.0 and high <= 1.0 and low < high:
            # Where the values alone are known, a decoder of small logits is possible: a doubt, and no certainty.
            return (
                f"`decoder` must give logits, any real numbers, with the likelihood {name}: it takes the sigmoid "
                "itself, and would take it of probabilities. Leave the last activation out (activation=None), or let "
                f"the likelihood take probabilities: likelihoods.{name}(from_logits=False). Received: a decoder that "
                f"{end}, in {text(bounds)}"
            ), activation is not None
        if activation is not None and bounds != UNBOUNDED:
            p = (0.0 if math.isinf(low) else _sigmoid(low), 1.0 if math.isinf(high) else _sigmoid(high))
            return (
                f"`decoder` should give any real numbers, logits, with the likelihood {name}: one that {end} keeps "
                f"them in {text(bounds)}, and so the probabilities in [{p[0]:.2g}, {p[1]:.2g}]. Leave its last "
                "activation out (activation=None)."
            ), False
        return None, False

    def _misfit(self, end, bounds):
        if bounds[0] >= 0.0 and bounds[1] <= 1.0:
            return None, False
        return (
            f"`decoder` must give probabilities, in [0, 1], with {type(self).__name__}(from_logits=False): let it end "
            f"in a sigmoid, or leave from_logits at True for logits. Received: a decoder that {end}, in {text(bounds)}"
        ), True

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "from_logits": self.from_logits}


def _sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))
