"""Codes from the aggregate posterior of some data."""

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices, randomness
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike


def aggregate_posterior(mean: ArrayLike, log_var: ArrayLike, n: int, seed: int | None = 0) -> np.ndarray:
    """Draw codes from the aggregate posterior of some data: an example at random, then a code from its q(z|x).

    Args:
        mean: Array of shape `(m, latent_dim)`, posterior means, such as those of the training data.
        log_var: Array of the same shape.
        n: Int of at least 1.
        seed: Int or None. Default 0.

    Returns:
        Float32 array of n codes of the shape of those given.

    Raises:
        ValueError: If the arrays differ in shape or are not finite.

    Example:
    >>> images = vae.decode(keras_vae.samplers.aggregate_posterior(*vae.encode(x), n=16))

    Reference: Makhzani et al. 2016, "Adversarial autoencoders", section 2.
    """
    shape = as_rows("mean", mean).shape[1:]
    mean, log_var = matrices.posterior(mean, log_var)
    random = randomness.generator("aggregate_posterior_sampler", seed)
    rows = random.integers(len(mean), size=whole_number("n", n))
    drawn = mean[rows] + np.exp(0.5 * log_var[rows]) * random.standard_normal((len(rows), mean.shape[1]))
    return drawn.astype("float32").reshape(-1, *shape)
