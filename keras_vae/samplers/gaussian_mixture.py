"""Codes from a mixture of Gaussians that is fitted to codes."""

import warnings

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices, randomness
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike


def gaussian_mixture(codes: ArrayLike, n: int, num_components: int = 10, seed: int | None = 0) -> np.ndarray:
    """Fit a mixture of Gaussians with full covariances to codes, and draw from it.

    Args:
        codes: Array of shape `(m, latent_dim)`, such as the posterior means of the training data.
        n: Int of at least 1.
        num_components: Int of at least 1, at most m. One is the Gaussian fitted to the codes: with those of a plain
            autoencoder, the simplest generative model there is. Default 10.
        seed: Int or None. Default 0.

    Returns:
        Float32 array of n codes of the shape of those given.

    Raises:
        ValueError: If the codes are not finite, or an argument is out of its range.

    Example:
    >>> images = vae.decode(keras_vae.samplers.gaussian_mixture(vae.encode(x)[0], 16, num_components=2))

    Reference: Ghosh et al. 2020, "From variational to deterministic autoencoders", section 4.
    """
    from sklearn.exceptions import ConvergenceWarning  # late: importing scikit-learn takes a second
    from sklearn.mixture import GaussianMixture

    shape = as_rows("codes", codes).shape[1:]
    codes = matrices.vectors("codes", codes, low_rows=2)
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
    order = randomness.generator("gaussian_mixture", seed).permutation(len(components))
    return drawn[order].astype("float32").reshape(-1, *shape)
