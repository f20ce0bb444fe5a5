"""Where codes may be drawn from, besides the prior: each function returns codes for `vae.decode`."""

import warnings

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.evaluation import checks, randomness
from keras_vae.evaluation.codes import aggregate_posterior as aggregate


def prior(vae, n: int, temperature: float = 1.0, truncation: float | None = None, seed: int | None = 0) -> np.ndarray:
    """Draw codes from a model's prior, shrunk by a temperature or cut at a radius if asked.

    Args:
        vae: `keras_vae.VAE`.
        n: Int of at least 1.
        temperature: Float of at least 0, which multiplies the codes. Default 1.0.
        truncation: None, or the largest norm of a code, for the standard normal prior. Default None.
        seed: Int or None. Default 0.

    Returns:
        Float32 array of shape `(n, latent_dim)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
    >>> images = vae.decode(keras_vae.evaluation.samplers.prior(vae, 16, temperature=0.7))
    """
    checks.vae("vae", vae, "sample_codes")
    return vae.sample_codes(n, temperature, truncation, seed)


def gaussian_mixture(codes, n: int, num_components: int = 10, seed: int | None = 0) -> np.ndarray:
    """Fit a mixture of Gaussians with full covariances to codes, and draw from it.

    Args:
        codes: Array of shape `(m, latent_dim)`, such as the posterior means of the training data.
        n: Int of at least 1.
        num_components: Int of at least 1, at most m. One is the Gaussian fitted to the codes: with those of a plain
            autoencoder, the simplest generative model there is. Default 10.
        seed: Int or None. Default 0.

    Returns:
        Float32 array of shape `(n, latent_dim)`.

    Raises:
        ValueError: If the codes are not finite, or an argument is out of its range.

    Example:
    >>> images = vae.decode(keras_vae.evaluation.samplers.gaussian_mixture(vae.encode(x)[0], 16, num_components=2))

    Reference: Ghosh et al. 2020, "From variational to deterministic autoencoders", section 4.
    """
    from sklearn.exceptions import ConvergenceWarning  # late: importing scikit-learn takes a second
    from sklearn.mixture import GaussianMixture

    codes = checks.matrix("codes", codes, low_rows=2)
    n, num_components = whole_number("n", n), whole_number("num_components", num_components)
    if num_components > len(codes):
        raise ValueError(f"`num_components` must be at most {len(codes)}, the codes. Received: {num_components}")
    mixture = GaussianMixture(num_components, random_state=randomness.state(seed))
    with warnings.catch_warnings():
        # The codes of a collapsed VAE coincide, which leaves components empty: draws from the others are right.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(codes)
    drawn, components = mixture.sample(n)
    # scikit-learn gives them component by component
    return drawn[randomness.generator("gaussian_mixture", seed).permutation(len(components))].astype("float32")


def aggregate_posterior(mean, log_var, n: int, seed: int | None = 0) -> np.ndarray:
    """Draw codes from the aggregate posterior of some data: an example at random, then a code from its q(z|x).

    Args:
        mean: Array of shape `(m, latent_dim)`, posterior means, such as those of the training data.
        log_var: Array of the same shape.
        n: Int of at least 1.
        seed: Int or None. Default 0.

    Returns:
        Float32 array of shape `(n, latent_dim)`.

    Raises:
        ValueError: If the arrays differ in shape or are not finite.

    Example:
    >>> images = vae.decode(keras_vae.evaluation.samplers.aggregate_posterior(*vae.encode(x), n=16))

    Reference: Makhzani et al. 2016, "Adversarial autoencoders", section 2.
    """
    mean, log_var = checks.posterior(mean, log_var)
    return aggregate.draw(
        mean, log_var, whole_number("n", n), randomness.generator("aggregate_posterior_sampler", seed)
    ).astype("float32")


__all__ = ["aggregate_posterior", "gaussian_mixture", "prior"]
