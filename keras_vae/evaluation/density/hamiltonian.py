"""Hamiltonian Monte Carlo on the path from q(z|x) to p(x, z), in the unit of q: z = mean + sigma * u."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class State:
    """Where the chains are: u, log q(u), log p(x, z(u)) + log |dz/du| - log q(u), and the gradient of log p in u."""

    u: np.ndarray
    log_q: np.ndarray
    log_ratio: np.ndarray
    gradient: np.ndarray

    def log_density(self, temperature: float) -> np.ndarray:
        """Return log f_t = log q + t (log p - log q)."""
        return self.log_q + temperature * self.log_ratio

    def slope(self, temperature: float) -> np.ndarray:
        """Return the gradient of log f_t in u; that of log q is -u."""
        return (temperature - 1.0) * self.u + temperature * self.gradient


class Path:
    """The densities f_t of some examples, each repeated for its chains."""

    def __init__(self, model: Any, x: np.ndarray, mean: np.ndarray, log_var: np.ndarray, num_chains: int):
        self.model, self.num_examples, self.num_chains = model, len(x), num_chains
        self.x = np.repeat(x, num_chains, axis=0)
        self.latent_shape = mean.shape[1:]
        vectors = (part.reshape(len(x), -1) for part in (mean, np.exp(0.5 * log_var)))
        self.mean, self.sigma = (np.repeat(part, num_chains, axis=0) for part in vectors)
        self.num_rows, self.latent_dim = self.mean.shape
        self.log_volume = np.log(self.sigma).sum(axis=1)

    def state(self, u: np.ndarray) -> State:
        """Return the densities and the gradient at u."""
        z = (self.mean + self.sigma * u).reshape(-1, *self.latent_shape)
        log_joint, gradient = self.model.log_joint_and_gradient(self.x, z)
        gradient = np.reshape(gradient, u.shape)
        log_q = -0.5 * np.sum(u**2, axis=1) - 0.5 * self.latent_dim * math.log(2.0 * math.pi)
        return State(u, log_q, log_joint.astype("float64") + self.log_volume - log_q, self.sigma * gradient)

    def standardized(self, z: np.ndarray) -> np.ndarray:
        """Return u of codes `(n, *latent_shape)`, one for all the chains of an example."""
        return (np.repeat(z.reshape(len(z), -1), self.num_chains, axis=0) - self.mean) / self.sigma

    def by_example(self, values: np.ndarray) -> np.ndarray:
        """Return the values of the rows as `(examples, chains)`."""
        return values.reshape(self.num_examples, self.num_chains)


def transition(
    path: Path,
    state: State,
    temperature: float,
    step_size: np.ndarray,
    leapfrog_steps: int,
    random: np.random.Generator,
) -> tuple[State, np.ndarray]:
    """Move every chain once under f_t; return the new state, and which chains accepted.

    Each trajectory takes a random share of `step_size`, from 0 to 1. With steps of one length a trajectory can last
    about a period of the motion and come back to where it began: all are accepted, and nothing has moved. The share
    is drawn independently of the state, so that f_t stays as it is.

    Reference: Neal 2011, "MCMC using Hamiltonian dynamics", figure 2, and section 3.2 on periods.
    """
    step = (np.repeat(step_size, path.num_chains) * random.uniform(size=path.num_rows))[:, None]
    momentum = random.standard_normal(state.u.shape)
    new, speed = state, momentum
    # A trajectory that diverges overflows on its way to being rejected.
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(leapfrog_steps):
            speed = speed + 0.5 * step * new.slope(temperature)
            new = path.state(new.u + step * speed)
            speed = speed + 0.5 * step * new.slope(temperature)
        gain = new.log_density(temperature) - state.log_density(temperature)
        gain -= 0.5 * np.sum(speed**2, axis=1) - 0.5 * np.sum(momentum**2, axis=1)
        accept = np.log(random.uniform(size=path.num_rows)) < gain  # NaN is not accepted
    return _chosen(accept, new, state), accept


def _chosen(accept, new, old):
    """Return the state whose rows are the new ones where they are accepted."""
    rows, columns = accept, accept[:, None]
    return State(
        np.where(columns, new.u, old.u),
        np.where(rows, new.log_q, old.log_q),
        np.where(rows, new.log_ratio, old.log_ratio),
        np.where(columns, new.gradient, old.gradient),
    )
