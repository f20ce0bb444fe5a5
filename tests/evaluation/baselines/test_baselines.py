"""Baselines against NumPy, SciPy, and what is known of MNIST."""

import keras
import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

import keras_vae
from keras_vae import evaluation

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(300, 6)) @ RANDOM.normal(size=(6, 6)) + 1.0
TRAIN, TEST = X[:200], X[200:]


@pytest.mark.plain
def test_pca_is_the_singular_value_decomposition():
    mean = TRAIN.mean(axis=0)
    axes = np.linalg.svd(TRAIN - mean)[2][:2]
    residual = (TEST - mean) - (TEST - mean) @ axes.T @ axes
    assert evaluation.pca(TRAIN, TEST, 2)["mean_squared_error"] == pytest.approx(np.mean(residual**2))


@pytest.mark.plain
def test_probabilistic_pca_is_a_gaussian():
    result = evaluation.probabilistic_pca(TRAIN, TEST, 2)
    values, vectors = np.linalg.eigh(np.cov(TRAIN.T))
    variance = values[:-2].mean()
    covariance = variance * np.eye(6) + (vectors[:, -2:] * (values[-2:] - variance)) @ vectors[:, -2:].T
    exact = multivariate_normal(TRAIN.mean(axis=0), covariance)
    assert result["log_likelihood"] == pytest.approx(exact.logpdf(TEST).mean())
    assert result["train_log_likelihood"] == pytest.approx(exact.logpdf(TRAIN).mean())
    assert result["sigma"] == pytest.approx(np.sqrt(variance))


@pytest.mark.plain
def test_a_mixture_of_one_is_a_gaussian():
    result = evaluation.pixel_mixture(TRAIN, TEST, num_components=1, smallest_sigma=0.5)
    exact = norm(TRAIN.mean(axis=0), np.sqrt(TRAIN.var(axis=0) + 0.25)).logpdf(TEST).sum(axis=1)
    assert result["log_likelihood"] == pytest.approx(exact.mean())


@pytest.mark.plain
def test_the_mean_image(data):
    result = evaluation.mean_image(data.x_train, data.x_test)
    p = np.clip(data.x_train.mean(axis=0, dtype="float64"), 1e-6, 1 - 1e-6)
    exact = -(data.x_test * np.log(p) + (1 - data.x_test) * np.log(1 - p)).sum(axis=(1, 2, 3))
    assert result["bernoulli_loss"] == pytest.approx(exact.mean())
    assert "bernoulli_loss" not in evaluation.mean_image(TRAIN, TEST)


@pytest.mark.plain
def test_mnist(shared_data):
    """Known figures: the collapsed score 205.8 nats; PCA's error with 16 components."""
    mnist = keras_vae.datasets.load(str(shared_data / "mnist.npz"))
    assert evaluation.mean_image(mnist.x_train, mnist.x_test)["bernoulli_loss"] == pytest.approx(205.8, abs=0.05)
    result = evaluation.pca(mnist.x_train, mnist.x_test, 16)
    assert result["mean_squared_error"] == pytest.approx(0.0269, abs=5e-5)
    assert result["explained_variance"] == pytest.approx(0.594, abs=5e-4)


def test_the_autoencoder_reconstructs_and_leaves_the_vae_alone(make_vae, digits, assert_unchanged):
    vae = make_vae(latent_dim=8)
    with assert_unchanged(vae):
        autoencoder = keras_vae.Autoencoder.like(vae, keras_vae.priors.MixtureOfGaussians(1, "full"))
        autoencoder.compile(keras.optimizers.Adam(1e-2))
        autoencoder.fit(digits, epochs=30, batch_size=32, verbose=0)
        autoencoder.adapt(digits)
    error = np.mean((autoencoder.reconstruct(digits) - digits) ** 2)
    assert error < 0.6 * digits.var(axis=0).mean()
    assert autoencoder.codes(digits).shape == (256, 8)
    samples = autoencoder.sample(200)
    assert samples.shape == (200, 64) and samples.mean() == pytest.approx(digits.mean(), abs=0.05)


@pytest.mark.plain
def test_bad_input():
    cases = {
        "`num_components` must be at most 6": lambda: evaluation.pca(TRAIN, TEST, 7),
        "`num_components` must be at most 5": lambda: evaluation.probabilistic_pca(TRAIN, TEST, 6),
        "`num_components` must be a whole number": lambda: evaluation.pixel_mixture(TRAIN, TEST, 0),
        "`smallest_sigma` must be a number above 0": lambda: evaluation.pixel_mixture(TRAIN, TEST, smallest_sigma=0),
        "`x_test` must have as many columns as x_train": lambda: evaluation.pca(TRAIN, TEST[:, :3], 2),
        "`x_train` must have the shape": lambda: evaluation.mean_image(TRAIN[:0], TEST),
        "`x_test` must be finite": lambda: evaluation.mean_image(TRAIN, TEST * np.nan),
    }
    for message, call in cases.items():
        with pytest.raises(ValueError, match=message):
            call()
