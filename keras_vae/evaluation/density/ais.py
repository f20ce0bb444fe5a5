"""Annealed importance sampling: log p(x) by chains that walk from q(z|x) to p(z|x)."""

import math
from typing import Any

import numpy as np

from keras_vae.arrays import randomness
from keras_vae.evaluation.density.annealing import Annealing
from keras_vae.evaluation.protocol import checks
from keras_vae.evaluation.statistics.estimate import mean_with_error
from keras_vae.evaluation.statistics.log_weights import effective_sample_size, log_sum_exp
from keras_vae.types import ArrayLike


def ais(
    model: Any,
    x: ArrayLike,
    num_steps: int = 200,
    num_chains: int = 16,
    leapfrog_steps: int = 10,
    batch_size: int = 4096,
    seed: int | None = 0,
    verbose: int = 1,
) -> dict:
    """Estimate log p(x) from below by annealed importance sampling with Hamiltonian Monte Carlo transitions.

    The chains go from f_0 = q(z|x) over f_t = q^(1 - b_t) p(x, z)^(b_t) to p(x, z). With one step that is importance
    sampling; with more the bound rises towards log p(x). Each trajectory takes a random share of its step size: those
    of one length can come back to where they began, so that more steps were worse. A pilot run moves the step sizes
    towards an acceptance of 65 % (from below: with some 20 steps they are still short, and nearly all are accepted),
    and the run that counts keeps them, so that its average weight is unbiased.

    Args:
        model: `keras_vae.VAE` with a posterior whose moments are known, or `ArrayModel` with a `gradient`; of a
            `ConditionalVAE` the model at one condition, `vae.given(y)`.
        x: Array of shape `(n, ...)`.
        num_steps: Int of at least 1, temperatures. Default 200.
        num_chains: Int of at least 1, chains for each example. Default 16.
        leapfrog_steps: Int of at least 1, gradients a transition. Default 10.
        batch_size: Int of at least 1, how many chains are moved at once. Default 4096.
        seed: Int, or None, which draws anew at each call. Default 0.
        verbose: 0 is silent; 1 shows a progress bar after three seconds. Default 1.

    Returns:
        Dict: `ais`, the mean bound in nats per example, with its standard error over the examples;
        `effective_sample_size` of the chains, between 1 and `num_chains`; `acceptance`, the share of accepted
        transitions; the protocol: `num_examples`, `num_steps`, `num_chains`, `leapfrog_steps`, `seed`.

    Raises:
        ValueError: If x has the wrong shape or no rows, the model does not fit, or an argument is out of its range.

    Example:
    >>> keras_vae.evaluation.ais(vae, x_test[:4], num_steps=10, num_chains=4, seed=0)["ais"]

    References: Neal 2001, "Annealed importance sampling", equation 10; Wu et al. 2017, "On the quantitative analysis
    of decoder-based generative models", section 3.
    """
    checks.annealed("model", model, "encode", "log_joint_and_gradient")
    chains = Annealing(num_steps, num_chains, leapfrog_steps, batch_size)
    random = randomness.generator("ais", seed)
    parts = [chains.anneal(model, part, random)[:2] for part in chains.parts(x, verbose)]
    log_weights, acceptance = np.concatenate([p[0] for p in parts]), float(np.mean([p[1] for p in parts]))
    log_sum = log_sum_exp(log_weights)
    size = effective_sample_size(log_sum, log_sum_exp(2.0 * log_weights))
    return {
        **mean_with_error("ais", log_sum - math.log(chains.num_chains)),
        "effective_sample_size": float(size.mean()),
        "acceptance": acceptance,
        "num_examples": len(log_sum),
        **chains.protocol,
        "seed": seed,
    }
