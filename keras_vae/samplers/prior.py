"""Codes from a model's prior, shrunk or cut."""

from typing import Any

import numpy as np

from keras_vae.arguments import able


def prior(
    vae: Any, n: int, temperature: float = 1.0, truncation: float | None = None, seed: int | None = 0
) -> np.ndarray:
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
    >>> images = vae.decode(keras_vae.samplers.prior(vae, 16, temperature=0.7))
    """
    able("vae", vae, ("sample_codes",), "a keras_vae.VAE, or another model with a prior")
    return vae.sample_codes(n, temperature=temperature, truncation=truncation, seed=seed)
