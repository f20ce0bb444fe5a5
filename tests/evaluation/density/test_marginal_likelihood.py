"""L_k against exact likelihoods, and against a second implementation in NumPy of a VAE's own weights."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from scipy.special import logsumexp

from keras_vae import evaluation
from keras_vae.arrays import Stream


@pytest.mark.plain
def test_with_the_exact_posterior_every_draw_gives_the_exact_likelihood(linear):
    linear.covariance = np.diag(1.0 / (1.0 + np.arange(1, 3) ** 2 / linear.sigma**2))
    linear.kernel = np.eye(2, 6) * np.arange(1, 3)[:, None]  # axes of their own: the posterior is a diagonal Gaussian
    x = linear.simulate(20, np.random.default_rng(1))[1]
    log_p, size = evaluation.log_marginal_likelihood(linear.model(), x, num_samples=7, batch_size=30)
    np.testing.assert_allclose(log_p, linear.log_prob(x), rtol=1e-9)
    np.testing.assert_allclose(size, 7.0, rtol=1e-9)


@pytest.mark.plain
def test_a_wrong_posterior_still_finds_the_exact_likelihood(linear, linear_data):
    result = evaluation.marginal_likelihood(linear.model(0.3, 0.5), linear_data, num_samples=3000, seed=0)
    difference = result["marginal_likelihood"] - linear.log_prob(linear_data).mean()
    bias = 0.5 * result["monte_carlo_error"] ** 2 * 60  # of log of a mean, to second order
    assert abs(difference) < 4 * result["monte_carlo_error"] + bias
    assert 100 < result["smallest_effective_sample_size"] < result["effective_sample_size"] < 2500


@pytest.mark.plain
def test_the_bounds_are_in_order(linear, linear_data):
    """On the same draws, averaged over the groups of them: ELBO = L_1 <= L_20 <= L_2000 <= log p(x)."""
    model = linear.model(0.5, 0.5)
    weights = model.log_weights(linear_data, 2000, seed=Stream(0, 0, 0).seed())
    bounds = [(logsumexp(weights.reshape(60, -1, k), axis=-1) - np.log(k)).mean(axis=1) for k in (1, 20, 2000)]
    assert np.all(bounds[0] < bounds[1]) and np.all(bounds[1] < bounds[2])
    assert bounds[2].mean() < linear.log_prob(linear_data).mean() + 0.05
    log_p, _ = evaluation.log_marginal_likelihood(model, linear_data, 2000, batch_size=120_000, seed=0)
    np.testing.assert_allclose(log_p, bounds[2], rtol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 3.0])
@pytest.mark.plain
def test_the_monte_carlo_error_is_the_spread_over_fresh_draws(scale):
    """Log-normal weights: at a scale of 3 7 of 200 draws hold the weight; to first order it was 0.6 of it."""
    random = np.random.default_rng(0)
    weights = SimpleNamespace(log_weights=lambda x, k, rows, seed: scale * random.normal(size=(len(x), k)))
    results = [evaluation.marginal_likelihood(weights, np.zeros((20, 1)), 200, seed=0) for _ in range(150)]
    spread = np.std([result["marginal_likelihood"] for result in results], ddof=1)
    assert np.mean([result["monte_carlo_error"] for result in results]) == pytest.approx(spread, rel=0.2)


@pytest.mark.parametrize("batch_size", [7, 50, 64, 1000])
@pytest.mark.plain
def test_memory_is_bounded_in_both_directions(linear, linear_data, batch_size):
    model, sizes = linear.model(), []
    draw = model.log_weights

    def spying(x, num_samples, rows=None, seed=None):
        sizes.append(rows * num_samples)
        return draw(x, num_samples, rows, seed)

    model.log_weights = spying
    log_p, size = evaluation.log_marginal_likelihood(model, linear_data, 50, batch_size, seed=0)
    assert max(sizes) <= batch_size and len(log_p) == 60
    assert abs(log_p.mean() - linear.log_prob(linear_data).mean()) < 0.1
    assert np.all(size <= 50 + 1e-9)


def test_a_vae_against_numpy(make_vae, digits):
    """The decoder, the densities and the weights written again in NumPy, on draws of its own."""
    vae = make_vae(latent_dim=3)
    vae.fit(digits, epochs=2, verbose=0)
    x, k = digits[:40], 400
    ours = evaluation.marginal_likelihood(vae, x, k, batch_size=1000, seed=0)
    assert ours == evaluation.marginal_likelihood(vae, x, k, batch_size=1000, seed=0)  # to the last bit

    hidden, hidden_bias, out, out_bias = (keras.ops.convert_to_numpy(w).astype("float64") for w in vae.decoder.weights)
    mean, log_var = (part[:, None].astype("float64") for part in vae.encode(x))
    epsilon = np.random.default_rng(5).standard_normal((len(x), k, 3))
    z = mean + np.exp(log_var / 2) * epsilon
    logits = np.maximum(z @ hidden + hidden_bias, 0.0) @ out + out_bias
    log_likelihood = np.sum(x[:, None] * logits - np.logaddexp(0.0, logits), axis=-1)
    log_ratio = np.sum(-(z**2) / 2 + epsilon**2 / 2 + log_var / 2, axis=-1)
    theirs = logsumexp(log_likelihood + log_ratio, axis=1) - np.log(k)
    assert abs(ours["marginal_likelihood"] - theirs.mean()) < 4 * np.sqrt(2) * ours["monte_carlo_error"]
    assert ours["monte_carlo_error"] < 0.05

    parts = evaluation.elbo(vae, x, num_samples=k, seed=0)
    np.testing.assert_allclose(parts["kl_loss"], 0.5 * np.sum(np.exp(log_var) - log_var - 1 + mean**2) / 40, rtol=1e-4)
    error = log_likelihood.std(axis=1).mean() / np.sqrt(k * 40)
    assert abs(parts["reconstruction_loss"] + log_likelihood.mean()) < 4 * np.sqrt(2) * error
    assert parts["elbo"] < ours["marginal_likelihood"]


def test_bad_input(make_vae, digits, linear, linear_data):
    vae = make_vae()
    with pytest.raises(ValueError, match="`x` must have at least one row"):
        evaluation.marginal_likelihood(vae, digits[:0])
    with pytest.raises(ValueError, match=r"`x` must have the shape \(batch, 64\)"):
        evaluation.marginal_likelihood(vae, digits[:, :5], 2)
    with pytest.raises(ValueError, match="`num_samples` must be a whole number of at least 1. Received: num_samples=0"):
        evaluation.marginal_likelihood(vae, digits, 0)
    with pytest.raises(ValueError, match="`batch_size` must fit into memory: it asks for about .* GB at once"):
        evaluation.marginal_likelihood(vae, digits, 10**12, batch_size=10**12)
    spoilt = digits.copy()
    spoilt[200] = np.nan
    with pytest.raises(ValueError, match=r"`x` must hold finite numbers.* 1 of 256 rows .* the first of them \[200\]"):
        evaluation.marginal_likelihood(vae, spoilt, 2, batch_size=8)
    with pytest.raises(ValueError, match="finite log-weights.* Received: NaN or infinity for row 3 of x"):
        evaluation.marginal_likelihood(linear.model(), np.where(np.arange(8)[:, None] == 3, np.nan, linear_data[:8]), 2)
    with pytest.raises(ValueError, match="`simulate` must be given"):
        evaluation.ArrayModel(None, None).simulate(3)
    assert np.isnan(evaluation.marginal_likelihood(linear.model(), linear_data, 1)["monte_carlo_error"])
