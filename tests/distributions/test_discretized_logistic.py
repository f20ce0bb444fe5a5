import keras
import numpy as np
import pytest
from gradients import gradients
from scipy import stats

from keras_vae.distributions import discretized_logistic

LEVELS = 17
GRID = (np.arange(LEVELS) / (LEVELS - 1)).astype("float32")


def probabilities(location, scale):
    """Return the probability of each level by differences of SciPy's distribution function, in float64."""
    edges = np.concatenate([[-np.inf], (np.arange(LEVELS - 1) + 0.5) / (LEVELS - 1), [np.inf]])
    return np.diff(stats.logistic.cdf(edges, location, scale))


@pytest.mark.parametrize(("location", "scale"), [(0.4, 0.1), (0.0, 0.02), (1.3, 0.5), (0.5, 3.0)])
def test_log_prob_and_mean_are_those_of_the_levels(location, scale):
    expected = probabilities(location, scale)
    tensors = [keras.ops.convert_to_tensor(np.float32(value)) for value in (GRID, location, np.log(scale))]
    log_prob = discretized_logistic.log_prob(*tensors, LEVELS)
    likely = expected > 1e-9  # the differences of the distribution function are exact to 1e-16
    log_prob_of_likely = keras.ops.convert_to_numpy(log_prob)[likely]
    np.testing.assert_allclose(log_prob_of_likely, np.log(expected[likely]), rtol=1e-4, atol=2e-4)
    assert float(keras.ops.sum(keras.ops.exp(log_prob))) == pytest.approx(1.0, abs=1e-5)
    location = keras.ops.convert_to_tensor(np.float32([location]))
    mean = discretized_logistic.mean(location, keras.ops.convert_to_tensor(np.float32(np.log(scale))), LEVELS)
    assert float(mean[0]) == pytest.approx(float(expected @ GRID), abs=1e-5)


def test_far_tails_are_finite_with_finite_gradients():
    x, log_scale = keras.ops.convert_to_tensor(GRID), keras.ops.convert_to_tensor(np.float32(-7.0))
    locations = np.linspace(-100, 100, LEVELS).astype("float32")
    log_prob = discretized_logistic.log_prob(x, keras.ops.convert_to_tensor(locations), log_scale, LEVELS)
    assert np.all(np.isfinite(keras.ops.convert_to_numpy(log_prob)))
    for gradient in gradients(
        lambda m, s: keras.ops.sum(discretized_logistic.log_prob(x, m, s, LEVELS)), locations, np.float32(-7.0)
    ):
        assert np.all(np.isfinite(gradient))


def test_samples_are_levels_with_their_frequencies():
    location = keras.ops.convert_to_tensor(np.full(20_000, 0.4, "float32"))
    log_scale = keras.ops.convert_to_tensor(np.float32(np.log(0.1)))
    draws = keras.ops.convert_to_numpy(discretized_logistic.sample(location, log_scale, LEVELS, seed=5))
    counts = np.bincount(np.round(draws * (LEVELS - 1)).astype(int), minlength=LEVELS)
    np.testing.assert_allclose(draws * (LEVELS - 1), np.round(draws * (LEVELS - 1)), atol=1e-5)
    assert stats.chisquare(counts, 20_000 * probabilities(0.4, 0.1)).pvalue > 1e-3
