"""One signature for scores: a seed of 0, which None replaces by a draw of its own."""

import inspect

import numpy as np
import pytest

from keras_vae import evaluation, samplers

pytestmark = pytest.mark.plain(why="of a backend is only the closed form of two Gaussians: tests/distributions")

RANDOM = np.random.default_rng(0)
MEAN, LOG_VAR = RANDOM.normal(size=(60, 2)), RANDOM.normal(size=(60, 2)) - 2.0
FACTORS = np.stack([np.arange(60) % 3, np.arange(60) % 2], axis=1)
X = RANDOM.random((60, 4))
DRAWS = {
    "beta_vae_score": lambda **seed: evaluation.beta_vae_score(MEAN, FACTORS, num_train=50, num_test=50, **seed),
    "factor_vae_score": lambda **seed: evaluation.factor_vae_score(MEAN, FACTORS, num_train=50, num_test=50, **seed),
    "frechet_distance": lambda **seed: evaluation.frechet_distance(X, X**2, **seed),
    "interventional_robustness": lambda **seed: evaluation.interventional_robustness(
        MEAN, FACTORS, num_samples=40, **seed
    ),
    "kernel_distance": lambda **seed: evaluation.kernel_distance(X, X**2, **seed),
    "mutual_information_gap": lambda **seed: evaluation.mutual_information_gap(MEAN, FACTORS, num_samples=40, **seed),
    "pixel_mixture": lambda **seed: evaluation.pixel_mixture(X, X, num_components=2, max_train=30, **seed),
    "prior_holes": lambda **seed: evaluation.prior_holes(MEAN, LOG_VAR, num_samples=1000, **seed),
    "smoothness": lambda **seed: evaluation.smoothness(np.sin, MEAN, num_pairs=5, **seed),
}


def scores():
    found = {name: getattr(evaluation, name) for name in evaluation.__all__}
    found |= {f"samplers.{name}": getattr(samplers, name) for name in samplers.__all__}
    return {name: function for name, function in found.items() if inspect.isfunction(function)}


def test_a_seed_is_0_by_default_and_comes_last():
    for name, function in scores().items():
        parameters = inspect.signature(function).parameters
        if "seed" in parameters:
            seed = parameters["seed"]
            assert (seed.default, seed.annotation) == (0, int | None), name
            assert list(parameters)[-1 - ("verbose" in parameters)] == "seed", name


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_repeats_and_none_draws_anew(name):
    score = DRAWS[name]
    first = score()
    np.testing.assert_equal(score(seed=0), first)
    others = [score(seed=None), score(seed=None)]
    assert all(other["seed"] is None for other in others)
    numbers = [{k: v for k, v in result.items() if k != "seed"} for result in (first, *others)]
    assert not all(_same(numbers[0], other) for other in numbers[1:])


def _same(first, second):
    return all(np.array_equal(first[name], second[name], equal_nan=True) for name in first)
