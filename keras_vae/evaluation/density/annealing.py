"""The walk of the chains of annealed importance sampling, forward and back."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices, memory, padded
from keras_vae.evaluation.density import hamiltonian
from keras_vae.progress import progress, verbosity
from keras_vae.types import ArrayLike


class Annealing:
    """The protocol of a run, and its walks: from q(z|x) to p(x, z), and back.

    Args:
        num_steps: Int of at least 1, temperatures.
        num_chains: Int of at least 1, chains for each example.
        leapfrog_steps: Int of at least 1, gradients a transition.
        batch_size: Int of at least 1, how many chains are moved at once.
    """

    def __init__(self, num_steps: int, num_chains: int, leapfrog_steps: int, batch_size: int):
        given = {"num_steps": num_steps, "num_chains": num_chains, "leapfrog_steps": leapfrog_steps}
        self.protocol = {name: whole_number(name, value) for name, value in given.items()}
        self.num_chains, self.leapfrog_steps = self.protocol["num_chains"], self.protocol["leapfrog_steps"]
        num_steps = self.protocol["num_steps"]
        memory.require("num_steps", num_steps, 8 * num_steps)
        self.batch_size = whole_number("batch_size", batch_size)
        # A sigmoid schedule: small steps near both ends, where the path is steep (Wu et al. 2017, section 4).
        curve = 1.0 / (1.0 + np.exp(-np.linspace(-4.0, 4.0, num_steps + 1)))
        self.temperatures = (curve - curve[0]) / (curve[-1] - curve[0])

    def parts(self, x: ArrayLike, verbose: int) -> Iterator[np.ndarray]:
        """Yield x in parts whose chains are moved at once."""
        x = matrices.data("x", x)
        n, *shape = x.shape
        rows = min(n, max(1, self.batch_size // self.num_chains))
        memory.require("batch_size", self.batch_size, 4 * rows * self.num_chains * int(np.prod(shape)))
        for start in progress(range(0, n, rows), "annealed importance sampling", verbosity(verbose)):
            yield padded(x[start : start + rows], 0)

    def anneal(
        self, model: Any, x: np.ndarray, random: np.random.Generator
    ) -> tuple[np.ndarray, float, list[np.ndarray], hamiltonian.Path]:
        """Return the log-weights `(n, chains)`, the acceptance, the step sizes found, and the path of f_t."""
        mean, log_var = (np.asarray(part, "float64") for part in model.encode(x))
        path = hamiltonian.Path(model, x, mean, log_var, self.num_chains)
        step_sizes = self._find_step_sizes(path, random)
        log_weights, acceptance = self._walk(path, step_sizes, random)
        return log_weights, acceptance, step_sizes, path

    def _find_step_sizes(self, path, random):
        """Walk once without counting, and return a step size for each temperature and example."""
        state = path.state(random.standard_normal((path.num_rows, path.latent_dim)))
        step_size, found = np.full(path.num_examples, 0.5 * path.latent_dim**-0.25), []
        for temperature in self.temperatures[1:]:
            state, accepted = hamiltonian.transition(path, state, temperature, step_size, self.leapfrog_steps, random)
            found.append(step_size)
            step_size = step_size * np.exp(0.2 * (path.by_example(accepted).mean(axis=1) - 0.65))
        return found

    def _walk(self, path, step_sizes, random):
        """Walk from q to p(x, z), and return the log-weights and the share of accepted moves."""
        state = path.state(random.standard_normal((path.num_rows, path.latent_dim)))
        log_weights, shares = self.temperatures[1] * state.log_ratio, []
        for t in range(1, len(self.temperatures) - 1):  # a move at the last temperature would change no weight
            now, after = self.temperatures[t : t + 2]
            state, accepted = hamiltonian.transition(path, state, now, step_sizes[t - 1], self.leapfrog_steps, random)
            log_weights = log_weights + (after - now) * state.log_ratio
            shares.append(accepted.mean())
        return path.by_example(log_weights), float(np.mean(shares)) if shares else 1.0

    def anneal_back(
        self, path: hamiltonian.Path, z: np.ndarray, step_sizes: Sequence[np.ndarray], random: np.random.Generator
    ) -> np.ndarray:
        """Walk from exact samples z of p(z|x) back to q; return the log-weights `(n, chains)`."""
        state = path.state(path.standardized(z))
        log_weights = np.zeros(path.num_rows)
        for t in range(len(self.temperatures) - 1, 0, -1):
            before, now = self.temperatures[t - 1], self.temperatures[t]
            state, _ = hamiltonian.transition(path, state, now, step_sizes[t - 1], self.leapfrog_steps, random)
            log_weights += (now - before) * state.log_ratio
        return path.by_example(log_weights)
