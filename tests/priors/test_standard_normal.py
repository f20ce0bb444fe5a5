import keras
import numpy as np
import pytest
from contracts import prior_contract
from scipy import stats

from keras_vae import posteriors, priors


def built(latent_dim):
    prior = priors.StandardNormal()
    prior.build((None, latent_dim))
    return prior


def test_contract_and_names():
    prior_contract(priors.StandardNormal(), package="keras_vae")
    assert isinstance(priors.get(None), priors.StandardNormal)
    assert isinstance(priors.get("standard_normal"), priors.StandardNormal)
    with pytest.raises(ValueError, match="`prior` must be one of 'mixture_of_gaussians', .*. Received: prior='none'"):
        priors.get("none")


def test_log_prob_is_scipys():
    z = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    expected = stats.multivariate_normal(np.zeros(3)).logpdf(z)
    np.testing.assert_allclose(built(3).log_prob(keras.ops.convert_to_tensor(z)), expected, rtol=1e-5)


@pytest.mark.parametrize(("latent_dim", "radius"), [(2, 2.5), (16, 2.5), (128, 2.5), (128, 11.0), (2, 0.1)])
def test_truncated_norms_follow_the_cut_chi_law(latent_dim, radius):
    z = built(latent_dim).sample_truncated(4000, radius, seed=1)
    norms = np.linalg.norm(z.astype("float64"), axis=-1)
    assert z.shape == (4000, latent_dim) and norms.max() <= radius * (1 + 1e-6)
    mass = stats.chi.cdf(radius, latent_dim)
    uniform = stats.chi.cdf(np.minimum(norms, radius), latent_dim) / mass
    assert stats.kstest(uniform, "uniform").pvalue > 1e-3
    # A uniform direction has coordinates of mean 0.
    assert np.abs(z.mean(axis=0)).max() < 5 * z.std() / np.sqrt(4000)


def test_truncation_keeps_the_share_that_rejection_keeps():
    for latent_dim, share in ((2, 0.956), (10, 0.206), (16, 0.015)):
        assert stats.chi.cdf(2.5, latent_dim) == pytest.approx(share, abs=1e-3)
    with pytest.raises(ValueError, match=r"`truncation` must leave some mass .* sqrt\(latent_dim\) = 63.2"):
        built(4000).sample_truncated(1, 2.5, seed=0)


class Mixture(priors.Prior):
    """A prior with no closed-form KL: half N(0, I), half N(2, I)."""

    def log_prob(self, z):
        halves = [
            -0.5 * keras.ops.sum((z - m) ** 2, -1) - self.latent_dim * 0.5 * np.log(2 * np.pi) for m in (0.0, 2.0)
        ]
        return keras.ops.logaddexp(*halves) - np.log(2.0)


def test_a_prior_without_a_closed_form_gets_an_unbiased_kl():
    prior = Mixture()
    prior.build((None, 1))
    mean = keras.ops.convert_to_tensor(np.full((40_000, 1), 0.5, "float32"))
    z, log_q = posteriors.Gaussian().sample([mean, 0.0 * mean], seed=1)
    kl = keras.ops.convert_to_numpy(posteriors.Gaussian().kl([mean, 0.0 * mean], prior, z, log_q))
    assert kl.shape == (40_000, 1)
    z = np.linspace(-8, 9, 20_001)
    density = stats.norm.pdf(z, 0.5)
    mixture = 0.5 * stats.norm.pdf(z) + 0.5 * stats.norm.pdf(z, 2.0)
    exact = np.trapezoid(density * np.log(density / mixture), z)
    assert abs(kl.mean() - exact) < 4 * kl.std() / 200
    with pytest.raises(ValueError, match="`truncation` is not defined for the prior Mixture"):
        prior.sample_truncated(1, 1.0, seed=0)
