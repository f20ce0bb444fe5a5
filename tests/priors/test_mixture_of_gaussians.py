import keras
import numpy as np
import pytest
from contracts import prior_contract
from scipy import special, stats

import keras_vae
from keras_vae import posteriors, priors

RANDOM = np.random.default_rng(0)
WEIGHTS, MEANS = np.array([0.2, 0.5, 0.3]), RANDOM.normal(size=(3, 2))
FACTORS = np.tril(RANDOM.normal(size=(3, 2, 2)), -1) + RANDOM.uniform(0.5, 1.5, (3, 1, 2)) * np.eye(2)
CODES = RANDOM.normal(size=(300, 3)) @ RANDOM.normal(size=(3, 3)) + 4.0 * RANDOM.integers(0, 2, (300, 1))


def covariances(covariance_type):
    factors = FACTORS if covariance_type == "full" else FACTORS * np.eye(2)
    return factors @ factors.transpose(0, 2, 1)


def mixture(covariance_type, components=(0, 1, 2)):
    k = list(components)
    prior = priors.MixtureOfGaussians(len(k), covariance_type)
    prior.build((None, 2))
    prior.logits.assign(np.log(WEIGHTS[k]) + 5.0)
    prior.means.assign(MEANS[k])
    prior.log_vars.assign(2.0 * np.log(np.diagonal(FACTORS[k], axis1=1, axis2=2)))
    if covariance_type == "full":
        prior.below.assign(FACTORS[k, 1:, 0])
    return prior


def log_prob(prior, z):
    return keras.ops.convert_to_numpy(prior.log_prob(keras.ops.convert_to_tensor(z, dtype="float32")))


@pytest.mark.parametrize("covariance_type", ["diag", "full"])
def test_contract(covariance_type):
    prior_contract(priors.MixtureOfGaussians(3, covariance_type))
    assert isinstance(priors.get("mixture_of_gaussians"), priors.MixtureOfGaussians)


@pytest.mark.parametrize("covariance_type", ["diag", "full"])
def test_density_is_scipys_and_integrates_to_one(covariance_type):
    prior, z = mixture(covariance_type), RANDOM.normal(size=(20, 2))
    each = [stats.multivariate_normal(m, s).logpdf(z) for m, s in zip(MEANS, covariances(covariance_type), strict=True)]
    np.testing.assert_allclose(log_prob(prior, z), special.logsumexp(np.log(WEIGHTS) + np.stack(each, 1), 1), rtol=1e-5)
    axis = np.linspace(-10, 10, 301)
    grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    assert np.exp(log_prob(prior, grid)).sum() * (axis[1] - axis[0]) ** 2 == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("covariance_type", ["diag", "full"])
def test_moments_of_draws(covariance_type):
    n = 20_000
    z = mixture(covariance_type).sample(n, keras.random.SeedGenerator(3))
    z = keras.ops.convert_to_numpy(z).astype("float64")
    mean = WEIGHTS @ MEANS
    apart = MEANS - mean
    covariance = np.einsum("k,kij->ij", WEIGHTS, covariances(covariance_type) + apart[:, :, None] * apart[:, None, :])
    assert np.all(np.abs(z.mean(0) - mean) < 4.0 * z.std(0) / np.sqrt(n))
    products = (z - mean)[:, :, None] * (z - mean)[:, None, :]
    assert np.all(np.abs(products.mean(0) - covariance) < 4.0 * products.std(0) / np.sqrt(n))


def test_which_component_says_nothing_of_the_noise_around_it():
    prior = priors.MixtureOfGaussians(2)
    prior.build((None, 1))
    prior.means.assign([[-100.0], [100.0]])
    for seed in (0, keras.random.SeedGenerator(0)):
        z = keras.ops.convert_to_numpy(prior.sample(10_000, seed))[:, 0]
        right = z > 0.0
        assert abs(np.corrcoef(right, z - np.where(right, 100.0, -100.0))[0, 1]) < 4.0 / np.sqrt(10_000)


@pytest.mark.parametrize("covariance_type", ["diag", "full"])
def test_kl_to_one_component_is_that_between_gaussians(covariance_type):
    prior = mixture(covariance_type, components=[1])
    mean, variances, n = np.array([0.3, -0.4]), np.array([0.5, 1.7]), 40_000
    parameters = [keras.ops.convert_to_tensor(np.tile(part, (n, 1)), "float32") for part in (mean, np.log(variances))]
    z, log_q = posteriors.Gaussian().sample(parameters, seed=2)
    kl = keras.ops.convert_to_numpy(posteriors.Gaussian().kl(parameters, prior, z, log_q))[:, 0].astype("float64")
    covariance, apart = covariances(covariance_type)[1], MEANS[1] - mean
    exact = 0.5 * (
        np.trace(np.linalg.solve(covariance, np.diag(variances)))
        + apart @ np.linalg.solve(covariance, apart)
        - 2.0
        + np.log(np.linalg.det(covariance) / variances.prod())
    )
    assert abs(kl.mean() - exact) < 4.0 * kl.std() / np.sqrt(n)


@pytest.mark.parametrize("covariance_type", ["diag", "full"])
def test_adapt_has_scikit_learns_likelihood(covariance_type):
    from sklearn.mixture import GaussianMixture

    prior = priors.MixtureOfGaussians(4, covariance_type)
    prior.adapt(CODES)
    fitted = GaussianMixture(4, covariance_type=covariance_type, random_state=0).fit(CODES)
    np.testing.assert_allclose(log_prob(prior, CODES).mean(), fitted.score(CODES), rtol=1e-5)
    np.testing.assert_allclose(log_prob(prior, CODES), fitted.score_samples(CODES), rtol=1e-4)


def test_adapt_to_spatial_codes_and_to_one_number():
    prior = priors.MixtureOfGaussians(2, "full")
    prior.build((None, 3, 1, 1))
    prior.adapt(CODES.reshape(300, 3, 1, 1))
    assert tuple(prior.sample(4, seed=0).shape) == (4, 3, 1, 1)
    prior = priors.MixtureOfGaussians(1, "full")
    prior.adapt(CODES[:, :1])
    expected = stats.norm(CODES[:, 0].mean(), np.sqrt(CODES[:, 0].var() + 1e-6)).logpdf(CODES[:, 0])
    np.testing.assert_allclose(log_prob(prior, CODES[:, :1]), expected, rtol=1e-4)


def test_codes_that_coincide_leave_a_mixture_that_can_be_drawn_from():
    prior = priors.MixtureOfGaussians(3)
    prior.adapt(np.ones((10, 2)))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(prior.sample(5, seed=0)), 1.0, atol=0.01)


def test_an_autoencoder_draws_once_its_codes_are_fitted(digits, tmp_path):
    encoder, decoder = keras_vae.networks.mlp((64,), 2, hidden=(8,))
    autoencoder = keras_vae.models.Autoencoder(keras.Model(encoder.input, encoder.outputs[0]), decoder)
    autoencoder.build((None, 64))
    assert not autoencoder.prior.is_ready and mixture("diag").is_ready
    with pytest.raises(ValueError, match="call adapt"):
        autoencoder.sample(3)
    autoencoder.adapt(digits)
    autoencoder.save(tmp_path / "autoencoder.keras")
    loaded = keras.models.load_model(tmp_path / "autoencoder.keras")
    np.testing.assert_allclose(loaded.sample(3, seed=0), autoencoder.sample(3, seed=0), rtol=1e-6)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (CODES[:3], "`codes` must have at least a row for each of num_components=4, and two. Received: 3 rows"),
        (CODES[:, :2], r"`codes` must have the shape \(batch, 3\). Received: codes of shape \(300, 2\)"),
        (np.full((9, 3), np.nan), "`codes` must be finite in float32"),
        ("codes", "`codes` must be an array"),
    ],
)
def test_codes_that_cannot_be_fitted(codes, message):
    prior = priors.MixtureOfGaussians(4)
    prior.build((None, 3))
    with pytest.raises(ValueError, match=message):
        prior.adapt(codes)


def test_arguments():
    with pytest.raises(ValueError, match="`num_components` must be a whole number of at least 1"):
        priors.MixtureOfGaussians(0)
    with pytest.raises(ValueError, match="`covariance_type` must be one of 'diag', 'full'. Received.*'tied'"):
        priors.MixtureOfGaussians(2, "tied")
