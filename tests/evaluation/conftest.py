"""A linear-Gaussian model, x = b + z W + s * noise, z ~ N(0, I), whose integrals are known."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from keras_vae.evaluation import ArrayModel


class LinearGaussian:
    """Its exact log p(x), its exact posterior, and VAEs with that posterior, shifted or scaled if asked."""

    def __init__(self, latent_dim=2, num_values=6, sigma=0.5):
        random = np.random.default_rng(0)
        self.sigma, self.latent_dim, self.num_values = sigma, latent_dim, num_values
        self.kernel, self.bias = random.normal(size=(latent_dim, num_values)), random.normal(size=num_values)
        self.covariance = np.linalg.inv(np.eye(latent_dim) + self.kernel @ self.kernel.T / sigma**2)

    def log_prob(self, x):
        covariance = self.kernel.T @ self.kernel + self.sigma**2 * np.eye(self.num_values)
        return multivariate_normal(self.bias, covariance).logpdf(x)

    def simulate(self, n, random):
        z = random.normal(size=(n, self.latent_dim))
        return z, self.bias + z @ self.kernel + self.sigma * random.normal(size=(n, self.num_values))

    def model(self, shift=0.0, log_scale=0.0):
        """Return it with q(z|x) = N(exact mean + shift, diagonal of the exact covariance * exp(log_scale))."""

        def encode(x):
            mean = (x - self.bias) @ self.kernel.T @ self.covariance / self.sigma**2
            return mean + shift, np.tile(np.log(np.diag(self.covariance)) + log_scale, (len(x), 1))

        def log_likelihood(x, z):
            return multivariate_normal(np.zeros(self.num_values), self.sigma**2 * np.eye(self.num_values)).logpdf(
                x - self.bias - z @ self.kernel
            )

        def gradient(x, z):
            return (x - self.bias - z @ self.kernel) @ self.kernel.T / self.sigma**2 - z

        return ArrayModel(
            encode,
            log_likelihood,
            gradient=gradient,
            decode=lambda z: self.bias + z @ self.kernel,
            simulate=self.simulate,
        )


@pytest.fixture
def linear():
    return LinearGaussian()


@pytest.fixture
def linear_data(linear):
    return linear.simulate(60, np.random.default_rng(1))[1]
