"""Where codes are drawn from."""

import numpy as np
import pytest

from keras_vae import samplers

RANDOM = np.random.default_rng(0)


def test_the_mixture_finds_its_components():
    centers = np.array([[-5.0, 0.0], [5.0, 1.0]])
    codes = centers[RANDOM.integers(0, 2, 2000)] + RANDOM.normal(size=(2000, 2)) * [0.5, 0.1]
    drawn = samplers.gaussian_mixture(codes, 4000, num_components=2, seed=1)
    for center in centers:
        near = drawn[np.abs(drawn[:, 0] - center[0]) < 2.5]
        np.testing.assert_allclose(near.mean(axis=0), center, atol=4 * 0.5 * np.sqrt(1 / 1000 + 1 / 2000))
        np.testing.assert_allclose(near.std(axis=0), [0.5, 0.1], rtol=0.1)
    assert abs(np.mean(drawn[:2000, 0] > 0) - 0.5) < 0.06  # in no order
    one = samplers.gaussian_mixture(codes, 4000, num_components=1, seed=1)
    np.testing.assert_allclose(np.cov(one.T), np.cov(codes.T), atol=0.15 * np.cov(codes.T).max())


def test_the_aggregate_posterior_has_its_moments():
    mean, log_var = RANDOM.normal(size=(50, 2)) * 3, RANDOM.normal(size=(50, 2))
    drawn = samplers.aggregate_posterior(mean, log_var, 40_000, seed=0)
    variance = mean.var(axis=0) + np.exp(log_var).mean(axis=0)
    np.testing.assert_allclose(drawn.mean(axis=0), mean.mean(axis=0), atol=4 * np.sqrt(variance.max() / 40_000))
    np.testing.assert_allclose(drawn.var(axis=0), variance, rtol=0.05)


def test_the_prior_is_the_models_own(make_vae):
    vae = make_vae(latent_dim=16)
    np.testing.assert_array_equal(vae.decode(samplers.prior(vae, 5, seed=3)), vae.sample(5, seed=3))
    drawn = samplers.prior(vae, 2000, temperature=0.5, seed=0)
    assert drawn.std() == pytest.approx(0.5, rel=0.03)
    assert np.linalg.norm(samplers.prior(vae, 200, truncation=3.0), axis=1).max() <= 3.0 + 1e-5


def test_bad_input():
    with pytest.raises(ValueError, match="`num_components` must be at most 3, the codes"):
        samplers.gaussian_mixture(np.eye(3), 5)
    with pytest.raises(ValueError, match="`n` must be a whole number of at least 1"):
        samplers.aggregate_posterior(np.eye(3), np.eye(3), 0)


def test_spatial_codes_keep_their_shape():
    codes = RANDOM.normal(size=(40, 2, 2, 3))
    assert samplers.gaussian_mixture(codes, 5, num_components=2).shape == (5, 2, 2, 3)
    assert samplers.aggregate_posterior(codes, codes * 0.0, 5).shape == (5, 2, 2, 3)
