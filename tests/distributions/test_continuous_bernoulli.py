import keras
import numpy as np
import pytest
from gradients import gradients
from scipy import integrate

from keras_vae.distributions import continuous_bernoulli

LOGITS = np.array([-20.0, -3.0, -0.31, -0.29, -1e-3, 0.0, 1e-5, 0.1, 0.29, 0.31, 2.0, 20.0], "float32")
TENSOR = keras.ops.convert_to_tensor(LOGITS)


def moment(logit, power):
    """Return the integral of x^power exp(logit * x) over [0, 1], by quadrature."""
    return integrate.quad(lambda x: x**power * np.exp(logit * (x - 1.0)), 0.0, 1.0)[0]


def test_the_density_integrates_to_one():
    # The density is C exp(l x) / (1 + exp(l)), so log C = log(1 + exp(l)) - log(integral of exp(l x)).
    expected = [np.logaddexp(0, -logit) - np.log(moment(logit, 0)) for logit in LOGITS.astype("float64")]
    np.testing.assert_allclose(continuous_bernoulli.log_normalizer(TENSOR), expected, rtol=2e-6, atol=2e-6)


def test_mean_is_the_integral():
    expected = [moment(logit, 1) / moment(logit, 0) for logit in LOGITS.astype("float64")]
    np.testing.assert_allclose(continuous_bernoulli.mean(TENSOR), expected, rtol=3e-6)


def test_gradients_are_finite_everywhere():
    for function in (continuous_bernoulli.log_normalizer, continuous_bernoulli.mean):
        (gradient,) = gradients(lambda logits, f=function: keras.ops.sum(f(logits)), np.append(LOGITS, [-1e4, 1e4]))
        assert np.all(np.isfinite(gradient))


@pytest.mark.parametrize("logit", [-30.0, -1.0, 0.0, 3.0, 100.0])
def test_samples_have_the_mean(logit):
    logits = keras.ops.convert_to_tensor(np.full(20_000, logit, "float32"))
    draws = keras.ops.convert_to_numpy(continuous_bernoulli.sample(logits, seed=2))
    assert draws.min() >= 0 and draws.max() <= 1
    mean = float(continuous_bernoulli.mean(keras.ops.convert_to_tensor(np.float32(logit))))
    assert abs(draws.mean() - mean) < 4 * draws.std() / np.sqrt(len(draws)) + 1e-6
