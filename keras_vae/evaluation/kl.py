"""The KL of Gaussian posteriors to the standard normal, of arrays."""

import numpy as np
from keras import ops

from keras_vae.distributions import normal


def kl_per_dimension(mean, log_var) -> np.ndarray:
    """Return KL(N(mean, exp(log_var)) || N(0, 1)) of each element, in nats, float64 of the same shape."""
    tensors = (ops.convert_to_tensor(np.asarray(part, "float32")) for part in (mean, log_var))
    return np.asarray(ops.convert_to_numpy(normal.kl(*tensors)), "float64")
