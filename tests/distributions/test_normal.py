import keras
import numpy as np
import pytest
from gradients import gradients
from scipy import stats

from keras_vae.distributions import normal

RANDOM = np.random.default_rng(0)
MEAN, LOG_VAR, X = RANDOM.normal(size=(3, 50)).astype("float32")


def kl_of(*arguments):
    """Return the KL of numbers or arrays as an array."""
    tensors = [keras.ops.convert_to_tensor(np.asarray(a, "float32")) for a in arguments]
    return keras.ops.convert_to_numpy(normal.kl(*tensors))


def test_log_prob_is_scipys():
    expected = stats.norm.logpdf(X, MEAN, np.exp(0.5 * LOG_VAR))
    np.testing.assert_allclose(
        normal.log_prob(*map(keras.ops.convert_to_tensor, (X, MEAN, LOG_VAR))), expected, rtol=1e-5, atol=1e-5
    )


def test_kl_of_the_lectures_examples():
    assert float(kl_of(1.2, np.log(0.25))) == pytest.approx(1.0381, abs=5e-5)
    assert kl_of([0.4, -0.3], [-1.4, -2.0]).sum() == pytest.approx(1.0160, abs=5e-5)
    variance_costs = 2 * kl_of(np.zeros(3), np.log([1, 0.5, 2]))
    np.testing.assert_allclose(variance_costs, [0.0, 0.1931, 0.3069], atol=5e-5)


def test_kl_is_positive_and_zero_only_at_the_prior():
    kl = kl_of(MEAN, LOG_VAR)
    assert np.all(kl > 0)
    assert kl_of(0, 0) == 0.0


def test_kl_near_zero_has_no_cancellation():
    # d^2 / 4 to leading order; exp(d) - 1 - d in float32 would be 0 or twenty times as much.
    assert float(kl_of(0, 1e-3)) == pytest.approx(2.5e-7, rel=0.02)


def test_kl_is_the_monte_carlo_kl():
    draws = stats.norm.rvs(0.7, np.exp(0.2), size=200_000, random_state=1)
    log_ratio = stats.norm.logpdf(draws, 0.7, np.exp(0.2)) - stats.norm.logpdf(draws, -0.3, np.exp(-0.1))
    kl = kl_of(0.7, 0.4, -0.3, -0.2)
    assert abs(kl - log_ratio.mean()) < 4 * log_ratio.std() / np.sqrt(len(draws))


def test_gradient_of_kl_is_the_closed_form():
    mean_gradient, log_var_gradient = gradients(lambda m, v: keras.ops.sum(normal.kl(m, v)), MEAN, LOG_VAR)
    np.testing.assert_allclose(mean_gradient, MEAN, rtol=1e-6)
    np.testing.assert_allclose(log_var_gradient, 0.5 * (np.exp(LOG_VAR) - 1), rtol=2e-5, atol=1e-6)


def test_gradient_of_the_reparameterized_sample(monkeypatch):
    monkeypatch.setattr(keras.random, "normal", lambda shape, **_: keras.ops.convert_to_tensor(1.2, dtype="float32"))
    z = float(
        normal.sample(keras.ops.convert_to_tensor(2.0), keras.ops.convert_to_tensor(float(2 * np.log(0.5))), seed=None)
    )
    assert z == pytest.approx(2.6)
    by_mean, by_sigma = gradients(lambda m, s: 4.0 * normal.sample(m, 2.0 * keras.ops.log(s), seed=None), 2.0, 0.5)
    assert by_mean == pytest.approx(4.0)
    assert by_sigma == pytest.approx(4.8, rel=1e-6)


@pytest.mark.parametrize("log_var", [-1e4, 1e4])
def test_an_extreme_log_variance_has_a_finite_loss_and_a_gradient_that_points_back(log_var):
    kl = kl_of(0.0, log_var)
    (gradient,) = gradients(lambda v: normal.kl(keras.ops.zeros(()), v), log_var)
    assert np.isfinite(kl) and kl > 4000 and np.isfinite(gradient)
    assert np.sign(gradient) == np.sign(log_var)
    (gradient,) = gradients(lambda v: normal.sample(keras.ops.zeros(()), v, seed=1), log_var)
    assert np.isfinite(gradient)
