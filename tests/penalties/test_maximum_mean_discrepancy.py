import keras
import numpy as np
import pytest
from contracts import penalty_contract
from scipy.spatial.distance import cdist

from keras_vae import penalties, priors


def mmd(z, prior, seed, **arguments):
    penalty = penalties.MaximumMeanDiscrepancy(**arguments)
    noise = keras.random.SeedGenerator(seed)
    return np.array([float(penalty({"z": part}, prior=prior, noise=noise)) for part in z])


@pytest.fixture
def standard_normal():
    prior = priors.StandardNormal()
    prior.build((None, 2))
    return prior


def test_contract():
    penalty_contract(penalties.MaximumMeanDiscrepancy())


class Draws:
    """Draws of a prior that are known."""

    def __init__(self, draws):
        self.draws = draws

    def sample(self, n, seed):
        return keras.ops.convert_to_tensor(self.draws, dtype="float32")


def test_value_is_that_of_sums_over_pairs():
    random = np.random.default_rng(0)
    z, p, weight = random.normal(size=(6, 3)), random.normal(size=(6, 3)), np.array([1.0, 2.0, 0.0, 0.5, 1.0, 1.0])

    def kernel(a, b):
        return sum(6.0 * s / (6.0 * s + cdist(a, b, "sqeuclidean")) for s in (0.5, 2.0))

    penalty = penalties.MaximumMeanDiscrepancy(scales=(0.5, 2.0))
    arguments = {"prior": Draws(p), "noise": keras.random.SeedGenerator(0)}
    for w, given in ((np.ones(6), None), (weight, weight)):
        of_all = np.outer(w, w)
        of_two = of_all * (1.0 - np.eye(6))
        expected = np.average(kernel(z, z) + kernel(p, p), weights=of_two) - 2.0 * np.average(
            kernel(z, p), weights=of_all
        )
        value = penalty({"z": z}, **arguments, sample_weight=None if given is None else given.astype("float32"))
        assert float(value) == pytest.approx(expected, abs=1e-5)


def test_mean_is_zero_for_equal_laws(standard_normal):
    values = mmd(np.random.default_rng(1).normal(size=(60, 20, 2)), standard_normal, seed=2)
    assert values.min() < 0.0
    assert abs(values.mean()) < 4.0 * values.std() / np.sqrt(60)


def test_mean_is_the_closed_form_of_two_gaussians(standard_normal):
    shift, sigma, scales = np.array([0.8, -0.5]), 1.5, (0.2, 1.0)

    def expected_kernel(variance, apart):
        """E exp(-|a - b|^2 / C) with a - b of mean `apart` and a variance of each number."""
        return sum((1.0 + 2.0 * variance / c) ** -1.0 * np.exp(-(apart @ apart) / (c + 2.0 * variance)) for c in widths)

    widths = [2.0 * 2 * scale for scale in scales]
    exact = (
        expected_kernel(2.0 * sigma**2, 0.0 * shift)
        + expected_kernel(2.0, 0.0 * shift)
        - 2.0 * expected_kernel(1.0 + sigma**2, shift)
    )
    z = shift + sigma * np.random.default_rng(3).normal(size=(60, 20, 2))
    values = mmd(z, standard_normal, seed=4, kernel="rbf", scales=scales)
    assert abs(values.mean() - exact) < 4.0 * values.std() / np.sqrt(60)


def test_arguments(standard_normal):
    with pytest.raises(ValueError, match="`kernel` must be one of 'imq', 'rbf'"):
        penalties.MaximumMeanDiscrepancy(kernel="linear")
    with pytest.raises(ValueError, match="`scales` must be a list of floats above 0"):
        penalties.MaximumMeanDiscrepancy(scales=())
    with pytest.raises(ValueError, match="`scales` must be a number above 0"):
        penalties.MaximumMeanDiscrepancy(scales=(1.0, 0.0))
    for missing in ({"prior": standard_normal}, {"noise": keras.random.SeedGenerator(0)}):
        with pytest.raises(ValueError, match="`prior` and `noise` must be given to MaximumMeanDiscrepancy"):
            penalties.MaximumMeanDiscrepancy()({"z": np.zeros((3, 2))}, **missing)
