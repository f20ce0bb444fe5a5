"""The contract of each likelihood, and what they share."""

import keras
import numpy as np
import pytest
from contracts import config_round_trip, likelihood_contract
from scipy import special, stats

from keras_vae import likelihoods

CASES = [
    likelihoods.Bernoulli(),
    likelihoods.ContinuousBernoulli(),
    likelihoods.Gaussian(sigma=0.3),
    likelihoods.Gaussian(sigma="learned"),
    likelihoods.Gaussian(sigma="per_pixel"),
    likelihoods.Laplace(scale=0.2),
    likelihoods.Laplace(scale="per_pixel"),
    likelihoods.DiscretizedLogistic(levels=17),
    likelihoods.DiscretizedLogistic(levels=17, scale="per_pixel"),
]
X = np.array([[0.0, 0.25, 1.0, 0.5], [1.0, 0.75, 0.0, 0.0]], "float32")
PARAMETERS = np.random.default_rng(0).normal(size=(2, 4)).astype("float32")
RAW_SCALE = np.random.default_rng(1).normal(size=(2, 4)).astype("float32")


@pytest.mark.parametrize("likelihood", CASES, ids=lambda c: f"{type(c).__name__}-{getattr(c, 'scale', '')}")
def test_contract(likelihood, digits):
    likelihood_contract(type(likelihood).from_config(likelihood.get_config()), digits[:64])


def log_prob(likelihood, parameters):
    return keras.ops.convert_to_numpy(likelihood.log_prob(X, keras.ops.convert_to_tensor(parameters)))


def test_bernoulli_against_numpy():
    p = special.expit(PARAMETERS.astype("float64"))
    expected = (X * np.log(p) + (1 - X) * np.log1p(-p)).sum(axis=1)
    np.testing.assert_allclose(log_prob(likelihoods.Bernoulli(), PARAMETERS), expected, rtol=1e-5)


def test_gaussian_against_scipy_with_its_constant():
    for sigma in (1.0, 0.1):
        expected = stats.norm.logpdf(X, PARAMETERS, sigma).sum(axis=1)
        np.testing.assert_allclose(log_prob(likelihoods.Gaussian(sigma=sigma), PARAMETERS), expected, rtol=1e-5)


def soft_clipped(raw):
    return -7.0 + np.logaddexp(0.0, raw.astype("float64") + 7.0)


@pytest.mark.parametrize(
    ("make", "law"),
    [(likelihoods.Gaussian, stats.norm), (likelihoods.Laplace, stats.laplace)],
)
def test_a_scale_per_pixel_comes_from_the_decoder(make, law):
    scale = np.exp(soft_clipped(RAW_SCALE))
    expected = law.logpdf(X, PARAMETERS, scale).sum(axis=1)
    both = np.concatenate([PARAMETERS, RAW_SCALE], axis=1)
    np.testing.assert_allclose(log_prob(make("per_pixel"), both), expected, rtol=1e-5)
    np.testing.assert_array_equal(make("per_pixel").mean(keras.ops.convert_to_tensor(both)), PARAMETERS)


def test_a_learned_scale_is_one_weight_that_starts_at_one():
    gaussian = likelihoods.Gaussian(sigma="learned")
    assert [tuple(w.shape) for w in gaussian.trainable_weights] == [()]
    np.testing.assert_allclose(log_prob(gaussian, PARAMETERS), stats.norm.logpdf(X, PARAMETERS).sum(axis=1), rtol=3e-3)
    gaussian.raw_log_scale.assign(np.log(0.2))
    scale = np.exp(soft_clipped(np.log([0.2])))
    np.testing.assert_allclose(
        log_prob(gaussian, PARAMETERS), stats.norm.logpdf(X, PARAMETERS, scale).sum(axis=1), rtol=1e-5
    )
    gaussian.raw_log_scale.assign(-1e4)
    assert np.all(np.isfinite(log_prob(gaussian, PARAMETERS)))


def test_a_learned_sigma_finds_the_residuals_standard_deviation(digits, make_vae):
    vae = make_vae(likelihood=likelihoods.Gaussian(sigma="learned"), optimizer=keras.optimizers.Adam(3e-2))
    vae.fit(digits, epochs=60, batch_size=64, verbose=0)
    outputs = vae.predict(digits, verbose=0)
    residual = np.sqrt(np.mean((digits - outputs["parameters"]) ** 2))
    assert np.exp(float(vae.likelihood.raw_log_scale.numpy())) == pytest.approx(residual, rel=0.05)


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor).astype("float64")


def test_bernoulli_of_probabilities_against_scipy():
    p = np.array([[0.2, 0.7, 0.5, 0.999], [1e-5, 0.3, 0.9, 0.4]], "float32")
    bernoulli = config_round_trip(likelihoods.Bernoulli(from_logits=False))
    x = np.round(X)
    np.testing.assert_allclose(numbers(bernoulli(x, p)), stats.bernoulli.logpmf(x, p).sum(axis=1), rtol=1e-4)
    np.testing.assert_allclose(numbers(bernoulli.mean(p)), p, rtol=1e-4)
    draws = numbers(bernoulli.sample(np.tile(p, (5000, 1)), seed=1)).reshape(-1, 2, 4)
    assert np.all(np.abs(draws.mean(axis=0) - p) < 4 * np.sqrt(p * (1 - p) / 5000) + 1e-3)
    certain = numbers(bernoulli(np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])))
    assert certain == pytest.approx(2 * np.log(1e-7), rel=0.02)  # clipped, as Keras' losses do


def test_continuous_bernoulli_of_probabilities_is_that_of_logits():
    p = special.expit(PARAMETERS)
    first, second = likelihoods.ContinuousBernoulli(from_logits=False), likelihoods.ContinuousBernoulli()
    np.testing.assert_allclose(log_prob(first, p), log_prob(second, PARAMETERS), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(numbers(first.mean(p)), numbers(second.mean(PARAMETERS)), rtol=1e-4)


def test_a_config_of_0_2_takes_logits():
    config = likelihoods.Bernoulli().get_config()
    del config["from_logits"]
    assert likelihoods.Bernoulli.from_config(config).from_logits is True


@pytest.mark.parametrize("levels", [2, 17, 256, 65536])
def test_a_probability_of_data_on_its_grid_only(levels):
    random = np.random.default_rng(0)
    k = random.integers(0, levels, size=(40, 8))
    k[0, :2] = 0, levels - 1
    discretized = likelihoods.DiscretizedLogistic(levels)
    assert discretized.is_probability((k / (levels - 1)).astype("float32"))
    for off in (
        k / levels + 0.5 / levels,  # the middle of a step 1 / levels
        (k + random.random(k.shape)) / levels,
        np.where(k == 0, 0.25 / (levels - 1), k / (levels - 1)),  # one value of 40 examples is enough
        k / (levels - 1) + 1.0,
        np.where(k == 0, np.nan, k / (levels - 1)),
    ):
        assert not discretized.is_probability(off.astype("float32")), off
    assert likelihoods.DiscretizedLogistic(256).is_probability(k[:, :1] * 0.0)


def test_names_and_bad_arguments():
    assert isinstance(likelihoods.get("laplace"), likelihoods.Laplace)
    with pytest.raises(
        ValueError, match="`likelihood` must be one of 'bernoulli', 'continuous_bernoulli', .*'poisson'"
    ):
        likelihoods.get("poisson")
    with pytest.raises(ValueError, match="`sigma` must be a number above 0.0. Received: sigma=0"):
        likelihoods.Gaussian(sigma=0)
    with pytest.raises(
        ValueError, match="`scale` must be a float above 0, 'learned' or 'per_pixel'. Received: scale='x'"
    ):
        likelihoods.Laplace(scale="x")
    with pytest.raises(ValueError, match="`levels` must be a whole number of at least 2"):
        likelihoods.DiscretizedLogistic(levels=1)
    with pytest.raises(ValueError, match="`from_logits` must be True or False. Received: from_logits='no'"):
        likelihoods.Bernoulli(from_logits="no")
    with pytest.raises(ValueError, match="`decoder` must give 2 values for each value"):
        likelihoods.Gaussian("per_pixel").event_shape((None, 28, 28, 3))
