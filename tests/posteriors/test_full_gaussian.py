import keras
import numpy as np
import pytest
from contracts import posterior_contract
from gradients import gradients
from scipy import stats

import keras_vae
from keras_vae import likelihoods, posteriors, priors

DIM = 4
RANDOM = np.random.default_rng(0)
PARAMETERS = [RANDOM.normal(size=(6, width)).astype("float32") for width in (DIM, DIM, DIM * (DIM - 1) // 2)]


def tensors(*arrays):
    return [keras.ops.convert_to_tensor(array) for array in arrays]


def covariances(log_var, tril):
    """Return L L' of each row, `(batch, d, d)`, in float64."""
    factors = []
    for log_var_of_row, tril_of_row in zip(log_var.astype("float64"), tril, strict=True):
        triangle = np.eye(len(log_var_of_row))
        triangle[np.tril_indices(len(triangle), -1)] = tril_of_row
        factors.append(np.exp(0.5 * log_var_of_row)[:, None] * triangle)
    return np.stack([factor @ factor.T for factor in factors])


def test_contract():
    posterior_contract(posteriors.FullGaussian(), latent_dim=3)
    assert type(posteriors.get("full_gaussian")) is posteriors.FullGaussian


def test_log_q_is_scipys():
    posterior = posteriors.FullGaussian()
    covariance = covariances(*PARAMETERS[1:])
    z, log_q = posterior.sample(tensors(*PARAMETERS), seed=3)
    at = keras.ops.convert_to_numpy(z)
    expected = [
        stats.multivariate_normal(m, c).logpdf(v) for m, c, v in zip(PARAMETERS[0], covariance, at, strict=True)
    ]
    np.testing.assert_allclose(log_q, expected, rtol=1e-4)
    np.testing.assert_allclose(posterior.log_prob(z, tensors(*PARAMETERS)), expected, rtol=1e-4)


def test_draws_have_the_covariance():
    one = [np.repeat(part[:1], 20_000, axis=0) for part in PARAMETERS]
    draws = keras.ops.convert_to_numpy(posteriors.FullGaussian().sample(tensors(*one), seed=1)[0])
    expected = covariances(*PARAMETERS[1:])[0]
    # The standard error of a covariance is sqrt((s_ii s_jj + s_ij^2) / n).
    variances = np.diag(expected)
    error = np.sqrt((np.outer(variances, variances) + expected**2) / len(draws))
    assert np.all(np.abs(np.cov(draws.T) - expected) < 5 * error)
    assert np.all(np.abs(draws.mean(axis=0) - PARAMETERS[0][0]) < 5 * np.sqrt(variances / len(draws)))


def test_moments_are_the_diagonal_of_the_covariance():
    mean, log_var = posteriors.FullGaussian().moments(tensors(*PARAMETERS))
    np.testing.assert_array_equal(mean, PARAMETERS[0])
    variances = np.diagonal(covariances(*PARAMETERS[1:]), axis1=1, axis2=2)
    np.testing.assert_allclose(log_var, np.log(variances), rtol=1e-4, atol=1e-5)


def test_the_kl_is_that_of_two_gaussians_and_splits_by_the_chain_rule():
    posterior, prior = posteriors.FullGaussian(), priors.StandardNormal()
    kl = keras.ops.convert_to_numpy(posterior.kl_in_closed_form(tensors(*PARAMETERS), prior))
    covariance = covariances(*PARAMETERS[1:])
    trace, log_det = np.trace(covariance, axis1=1, axis2=2), np.linalg.slogdet(covariance)[1]
    expected = 0.5 * (trace + np.sum(PARAMETERS[0] ** 2, axis=1) - DIM - log_det)
    np.testing.assert_allclose(kl.sum(axis=1), expected, rtol=1e-5)
    # The first k numbers are Gaussian too: their KL is the sum of the first k groups.
    for k in (1, 2, 3):
        part = covariance[:, :k, :k]
        trace, log_det = np.trace(part, axis1=1, axis2=2), np.linalg.slogdet(part)[1]
        expected = 0.5 * (trace + np.sum(PARAMETERS[0][:, :k] ** 2, axis=1) - k - log_det)
        np.testing.assert_allclose(kl[:, :k].sum(axis=1), expected, rtol=1e-4, atol=1e-5)


def test_without_the_triangle_it_is_the_gaussian():
    mean, log_var, tril = PARAMETERS
    full, diagonal, prior = posteriors.FullGaussian(), posteriors.Gaussian(), priors.StandardNormal()
    of_full, of_diagonal = tensors(mean, log_var, 0.0 * tril), tensors(mean, log_var)
    for ours, theirs in (
        *zip(full.sample(of_full, seed=5), diagonal.sample(of_diagonal, seed=5), strict=True),
        *zip(full.moments(of_full), diagonal.moments(of_diagonal), strict=True),
        (full.kl_in_closed_form(of_full, prior), diagonal.kl_in_closed_form(of_diagonal, prior)),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_the_gradient_of_a_draw_reaches_the_parameters():
    def of_draw(*parameters):
        z, log_q = posteriors.FullGaussian().sample(list(parameters), seed=1)
        return keras.ops.sum(z * keras.ops.arange(DIM, dtype="float32")) + 0.0 * keras.ops.sum(log_q)

    def of_log_prob(*parameters):
        return keras.ops.sum(posteriors.FullGaussian().log_prob(tensors(PARAMETERS[0] + 1.0)[0], list(parameters)))

    mean, log_var, tril = gradients(of_draw, *PARAMETERS)
    np.testing.assert_array_equal(mean, np.tile(np.arange(DIM), (6, 1)))
    assert np.any(log_var) and np.all(np.any(tril, axis=0))
    # d log q / d mean = S^-1 (z - mean)
    covariance = covariances(*PARAMETERS[1:])
    expected = np.linalg.solve(covariance, np.ones((6, DIM, 1)))[..., 0]
    np.testing.assert_allclose(gradients(of_log_prob, *PARAMETERS)[0], expected, rtol=1e-3, atol=1e-4)


def linear_gaussian(dim=3, num_pixels=5, sigma=0.4):
    """A VAE with linear networks whose posterior, which is not diagonal, is the exact one, and its exact log p(x).

    x = W z + b + sigma e gives z | x ~ N(M^-1 W' (x - b), sigma^2 M^-1) with M = W' W + sigma^2 I (Tipping and Bishop
    1999, equations 6 to 8).
    """
    random = np.random.default_rng(0)
    weights, offset = random.normal(size=(num_pixels, dim)), random.normal(size=num_pixels)
    inverse = np.linalg.inv(weights.T @ weights + sigma**2 * np.eye(dim))
    factor = np.linalg.cholesky(sigma**2 * inverse)
    scale = np.diag(factor)
    posterior = posteriors.FullGaussian()
    encoder, decoder = keras_vae.networks.mlp((num_pixels,), dim, hidden=(), heads=posterior.heads(dim))
    zeros = [np.zeros((num_pixels, dim))]
    encoder.get_layer("mean").set_weights([weights @ inverse, -offset @ weights @ inverse])
    encoder.get_layer("log_var").set_weights([*zeros, 2.0 * np.log(scale)])
    encoder.get_layer("tril").set_weights([*zeros, (factor / scale[:, None])[np.tril_indices(dim, -1)]])
    decoder.get_layer("parameters").set_weights([weights.T, offset])
    vae = keras_vae.VAE(encoder, decoder, likelihood=likelihoods.Gaussian(sigma=sigma), posterior=posterior)
    vae.compile("sgd")
    covariance = weights @ weights.T + sigma**2 * np.eye(num_pixels)
    x = random.multivariate_normal(offset, covariance, size=100).astype("float32")
    return vae, x, stats.multivariate_normal(offset, covariance).logpdf(x)


def test_the_elbo_at_the_true_posterior_is_the_exact_log_likelihood():
    vae, x, exact = linear_gaussian()
    # log p(x, z) - log q(z|x) is log p(x) at every z: no draw differs.
    np.testing.assert_allclose(vae.log_weights(x, 7), np.tile(exact[:, None], 7), rtol=1e-4, atol=2e-4)
    draws = np.stack([vae.elbo(x, seed=seed) for seed in range(50)])
    assert abs(draws.mean() - exact.mean()) < 4 * draws.std() / np.sqrt(draws.size)
    # Without the triangle the posterior is another one, and the bound lies below by its KL from the exact one.
    vae.encoder.get_layer("tril").set_weights([0.0 * w for w in vae.encoder.get_layer("tril").get_weights()])
    assert vae.elbo(x, num_samples=20, seed=0).mean() < exact.mean() - 0.1


@pytest.mark.parametrize("shapes", [[(None, 2), (None, 2)], [(None, 2), (None, 2), (None, 2)], [(None, 1)] * 3])
def test_shapes_that_are_no_parameters(shapes):
    with pytest.raises(ValueError, match=r"must be \(mean, log_var, tril\), .* Received: tensors of the shapes"):
        posteriors.FullGaussian().build(shapes)
    with pytest.raises(ValueError, match=r"must be \(mean, log_var, tril\)"):
        posteriors.FullGaussian().build([(None, 2, 2, 3), (None, 2, 2, 3), (None, 3)])
    with pytest.raises(ValueError, match="`latent_dim` must be a whole number of at least 2. Received: latent_dim=1"):
        posteriors.FullGaussian().heads(1)
