"""Annealed importance sampling: log p(x) by chains that walk from q(z|x) to p(z|x)."""

import math

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.evaluation import memory, randomness
from keras_vae.evaluation.density import hamiltonian
from keras_vae.evaluation.estimate import mean_with_error
from keras_vae.evaluation.progress import progress


def ais(
    model,
    x,
    num_steps: int = 200,
    num_chains: int = 16,
    leapfrog_steps: int = 10,
    batch_size: int = 4096,
    seed: int | None = None,
    verbose: int = 1,
) -> dict:
    """Estimate log p(x) from below by annealed importance sampling with Hamiltonian Monte Carlo transitions.

    The chains go from f_0 = q(z|x) over f_t = q^(1 - b_t) p(x, z)^(b_t) to p(x, z). With few steps that is
    importance sampling; with more the bound rises towards log p(x). A pilot run finds the step sizes that
    accept 65 %, and the run that counts keeps them, so that its average weight is unbiased.

    Args:
        model: `keras_vae.VAE`, or `ArrayModel` with a `gradient`.
        x: Array of shape `(n, ...)`.
        num_steps: Int of at least 1, temperatures. Default 200.
        num_chains: Int of at least 1, chains for each example. Default 16.
        leapfrog_steps: Int of at least 1, gradients a transition. Default 10.
        batch_size: Int of at least 1, how many chains are moved at once. Default 4096.
        seed: Int or None; with a seed the call always gives the same. Default None.
        verbose: 0 is silent; 1 shows a progress bar after three seconds. Default 1.

    Returns:
        Dict: `ais`, the mean bound in nats per example, with its standard error over the examples;
        `effective_sample_size` of the chains, between 1 and `num_chains`; `acceptance`, the share of accepted
        transitions; the protocol: `num_examples`, `num_steps`, `num_chains`, `leapfrog_steps`, `seed`.

    Raises:
        ValueError: If x has the wrong shape or no rows, or an argument is out of its range.

    Example:
    >>> keras_vae.evaluation.ais(vae, x_test[:4], num_steps=10, num_chains=4, seed=0)["ais"]

    References: Neal 2001, "Annealed importance sampling", equation 10; Wu et al. 2017, "On the quantitative analysis
    of decoder-based generative models", section 3.
    """
    chains = _Chains(num_steps, num_chains, leapfrog_steps, batch_size)
    random = randomness.generator("ais", seed)
    parts = [chains.anneal(model, part, random)[:2] for part in chains.parts(model, x, verbose)]
    log_weights, acceptance = np.concatenate([p[0] for p in parts]), float(np.mean([p[1] for p in parts]))
    log_sum = np.logaddexp.reduce(log_weights, axis=1)
    size = np.exp(2.0 * log_sum - np.logaddexp.reduce(2.0 * log_weights, axis=1))
    return {
        **mean_with_error("ais", log_sum - math.log(num_chains)),
        "effective_sample_size": float(size.mean()),
        "acceptance": acceptance,
        "num_examples": len(log_sum),
        **chains.protocol,
        "seed": seed,
    }


def ais_sandwich(
    model,
    num_examples: int = 32,
    num_steps: int = 200,
    num_chains: int = 16,
    leapfrog_steps: int = 10,
    batch_size: int = 4096,
    seed: int | None = None,
    verbose: int = 1,
) -> dict:
    """Bound log p(x) from both sides on data drawn from the model, where an exact posterior sample is known.

    The forward chains give a lower bound; chains that walk back from the code that made x give an upper one. What
    lies between them is the error of `ais` on such data.

    Args:
        model: `keras_vae.VAE`, or `ArrayModel` with `gradient` and `simulate`.
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
        ValueError: If an argument is out of its range.

    Example:
    >>> keras_vae.evaluation.ais_sandwich(vae, num_examples=4, num_steps=10, num_chains=4, seed=0)["gap"]

    Reference: Grosse et al. 2015, "Sandwiching the marginal likelihood using bidirectional Monte Carlo", section 3.
    """
    chains = _Chains(num_steps, num_chains, leapfrog_steps, batch_size)
    whole_number("num_examples", num_examples)
    random = randomness.generator("ais", seed)
    with model.seeded(seed):
        z, x = model.simulate(num_examples)
    lower, upper, first = [], [], 0
    for part in chains.parts(model, x, verbose):
        log_weights, _, step_sizes, path = chains.anneal(model, part, random)
        exact = np.asarray(z[first : first + len(part)], "float64")
        first += len(part)
        back = chains.anneal_back(path, exact, step_sizes, random)
        lower.append(np.logaddexp.reduce(log_weights, axis=1) - math.log(num_chains))
        upper.append(math.log(num_chains) - np.logaddexp.reduce(-back, axis=1))
    lower, upper = np.concatenate(lower), np.concatenate(upper)
    return {
        **mean_with_error("lower", lower),
        **mean_with_error("upper", upper),
        **mean_with_error("gap", upper - lower),
        "num_examples": num_examples,
        **chains.protocol,
        "seed": seed,
    }


class _Chains:
    """The protocol of a run, and its walks: forward, and back."""

    def __init__(self, num_steps, num_chains, leapfrog_steps, batch_size):
        given = {"num_steps": num_steps, "num_chains": num_chains, "leapfrog_steps": leapfrog_steps}
        self.protocol = {name: whole_number(name, value) for name, value in given.items()}
        self.num_chains, self.leapfrog_steps = num_chains, leapfrog_steps
        self.batch_size = whole_number("batch_size", batch_size)
        # A sigmoid schedule: small steps near both ends, where the path is steep (Wu et al. 2017, section 4).
        curve = 1.0 / (1.0 + np.exp(-np.linspace(-4.0, 4.0, num_steps + 1)))
        self.temperatures = (curve - curve[0]) / (curve[-1] - curve[0])

    def parts(self, model, x, verbose):
        """Yield x in parts whose chains are moved at once."""
        shape = np.shape(x)
        if not shape or not shape[0]:
            raise ValueError(f"`x` must have at least one row. Received: x of shape {shape}")
        rows = min(shape[0], max(1, self.batch_size // self.num_chains))
        memory.require("batch_size", self.batch_size, 4 * rows * self.num_chains * int(np.prod(shape[1:])))
        for start in progress(range(0, shape[0], rows), "annealed importance sampling", verbose):
            yield np.asarray(x[start : start + rows], "float32")

    def anneal(self, model, x, random):
        """Return the log-weights `(n, chains)`, the acceptance, the step sizes found, and the path of f_t."""
        mean, log_var = (np.asarray(part, "float64") for part in model.encode(x))
        path = hamiltonian.Path(model, x, mean, log_var, self.num_chains)
        _, step_sizes, _ = self._walk(path, random, None)
        log_weights, _, acceptance = self._walk(path, random, step_sizes)
        return log_weights, acceptance, step_sizes, path

    def _walk(self, path, random, step_sizes):
        """Walk from q to p(x, z), with given step sizes or, without, looking for them."""
        state = path.state(random.standard_normal((path.num_rows, path.latent_dim)))
        log_weights, acceptances = np.zeros(path.num_rows), []
        step_size = np.full(path.num_examples, 0.5 * path.latent_dim**-0.25)
        found = []
        for t in range(1, len(self.temperatures)):
            before, now = self.temperatures[t - 1], self.temperatures[t]
            log_weights += (now - before) * state.log_ratio
            if t == len(self.temperatures) - 1 and step_sizes is not None:
                break  # the last move would change no weight
            step_size = step_size if step_sizes is None else step_sizes[t - 1]
            state, accepted = hamiltonian.transition(path, state, now, step_size, self.leapfrog_steps, random)
            found.append(step_size)
            acceptances.append(accepted.mean())
            if step_sizes is None:
                step_size = step_size * np.exp(0.2 * (path.by_example(accepted).mean(axis=1) - 0.65))
        acceptance = float(np.mean(acceptances)) if acceptances else 1.0
        return path.by_example(log_weights), found, acceptance

    def anneal_back(self, path, z, step_sizes, random):
        """Walk from exact samples z of p(z|x) back to q; return the log-weights `(n, chains)`."""
        state = path.state(path.standardized(z))
        log_weights = np.zeros(path.num_rows)
        for t in range(len(self.temperatures) - 1, 0, -1):
            before, now = self.temperatures[t - 1], self.temperatures[t]
            state, _ = hamiltonian.transition(path, state, now, step_sizes[t - 1], self.leapfrog_steps, random)
            log_weights += (now - before) * state.log_ratio
        return path.by_example(log_weights)
