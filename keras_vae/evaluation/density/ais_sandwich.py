"""Both sides of log p(x), on data drawn from the model."""

import math
from typing import Any

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import randomness
from keras_vae.evaluation.density.annealing import Annealing
from keras_vae.evaluation.protocol import checks
from keras_vae.evaluation.statistics.estimate import mean_with_error
from keras_vae.evaluation.statistics.log_weights import log_sum_exp


def ais_sandwich(
    model: Any,
    num_examples: int = 32,
    num_steps: int = 200,
    num_chains: int = 16,
    leapfrog_steps: int = 10,
    batch_size: int = 4096,
    seed: int | None = 0,
    verbose: int = 1,
) -> dict:
    """Bound log p(x) from both sides on data drawn from the model, where an exact posterior sample is known.

    The forward chains give a lower bound; chains that walk back from the code that made x give an upper one. What
    lies between them is the error of `ais` on such data.

    Args:
        model: As for `ais`; an `ArrayModel` needs `gradient` and `simulate`.
        num_examples: Int of at least 1, how many x are drawn. Default 32.
        num_steps: As for `ais`.
        num_chains: As for `ais`.
        leapfrog_steps: As for `ais`.
        batch_size: As for `ais`.
        seed: As for `ais`.
        verbose: As for `ais`.

    Returns:
        Dict: `lower`, `upper` and `gap` = upper - lower, nats per example, each with its standard error; the
        protocol.

    Raises:
        ValueError: If the model does not fit, or an argument is out of its range.

    Example:
    >>> keras_vae.evaluation.ais_sandwich(vae, num_examples=4, num_steps=10, num_chains=4, seed=0)["gap"]

    Reference: Grosse et al. 2015, "Sandwiching the marginal likelihood using bidirectional Monte Carlo", section 3.
    """
    checks.annealed("model", model, "encode", "log_joint_and_gradient", "simulate")
    chains = Annealing(num_steps, num_chains, leapfrog_steps, batch_size)
    num_examples = whole_number("num_examples", num_examples)
    random = randomness.generator("ais_sandwich", seed)
    z, x = model.simulate(num_examples, seed=seed)
    lower, upper, first = [], [], 0
    for part in chains.parts(x, verbose):
        log_weights, _, step_sizes, path = chains.anneal(model, part, random)
        exact = np.asarray(z[first : first + len(part)], "float64")
        first += len(part)
        back = chains.anneal_back(path, exact, step_sizes, random)
        lower.append(log_sum_exp(log_weights) - math.log(chains.num_chains))
        upper.append(math.log(chains.num_chains) - log_sum_exp(-back))
    lower, upper = np.concatenate(lower), np.concatenate(upper)
    return {
        **mean_with_error("lower", lower),
        **mean_with_error("upper", upper),
        **mean_with_error("gap", upper - lower),
        "num_examples": num_examples,
        **chains.protocol,
        "seed": seed,
    }
