"""The losses of a VAE, computed again in NumPy."""

import numpy as np


def numpy_losses(vae, x, y=None, sample_weight=None, beta=1.0):
    """Recompute the losses in float64 from what the networks say, at the noise that `evaluate` will draw."""
    outputs = vae.predict(x, batch_size=len(x), verbose=0)
    mean, log_var, logits = (outputs[name].astype("float64") for name in ("mean", "log_var", "parameters"))
    target = (x if y is None else y).astype("float64")
    log_likelihood = (target * logits - np.logaddexp(0, logits)).reshape(len(x), -1).sum(axis=1)
    kl = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).sum(axis=1)
    reconstruction, kl = (np.average(part, weights=sample_weight) for part in (-log_likelihood, kl))
    return {
        "loss": reconstruction + beta * kl,
        "reconstruction_loss": reconstruction,
        "kl_loss": kl,
        "elbo": -reconstruction - kl,
        "beta": beta,
    }
