import keras
import numpy as np
from scipy import special, stats

from keras_vae.distributions import bernoulli

LOGITS = np.linspace(-8, 8, 33).astype("float32")
TENSOR = keras.ops.convert_to_tensor(LOGITS)


def test_log_prob_is_scipys():
    p = special.expit(LOGITS.astype("float64"))
    for x in (0, 1):
        expected = stats.bernoulli.logpmf(x, p)
        np.testing.assert_allclose(bernoulli.log_prob(float(x), TENSOR), expected, rtol=1e-5, atol=2e-6)


def test_grey_values_are_a_cross_entropy():
    p = special.expit(LOGITS.astype("float64"))
    expected = 0.3 * np.log(p) + 0.7 * np.log1p(-p)
    np.testing.assert_allclose(bernoulli.log_prob(0.3, TENSOR), expected, rtol=1e-5)


def test_extreme_logits_are_finite():
    x, logits = np.array([0.0, 1.0, 0.0, 1.0], "float32"), np.array([1e4, 1e4, -1e4, -1e4], "float32")
    np.testing.assert_allclose(
        bernoulli.log_prob(*map(keras.ops.convert_to_tensor, (x, logits))), [-1e4, 0.0, 0.0, -1e4]
    )


def test_samples_are_binary_with_the_right_mean():
    logits = np.full(20_000, 0.5, "float32")
    draws = keras.ops.convert_to_numpy(bernoulli.sample(keras.ops.convert_to_tensor(logits), seed=3))
    p = float(bernoulli.mean(np.float32(0.5)))
    assert set(np.unique(draws)) == {0.0, 1.0}
    assert abs(draws.mean() - p) < 4 * np.sqrt(p * (1 - p) / len(draws))
