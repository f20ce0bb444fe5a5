"""The hand-written nets' kernels, `(inputs, outputs)` or `(height, width, inputs, outputs)`; 0 is the latent size."""

import numpy as np

MLP = {"h": (784, 512), "mean": (512, 0), "log_var": (512, 0), "g": (0, 512), "out": (512, 784)}
CONV = {
    "c1": (3, 3, 1, 32),
    "c2": (3, 3, 32, 64),
    "h": (3136, 16),
    "mean": (16, 0),
    "log_var": (16, 0),
    "g": (0, 3136),
    "t1": (3, 3, 64, 64),
    "t2": (3, 3, 64, 32),
    "out": (3, 3, 32, 1),
}


def initial_arrays(shapes, latent_dim):
    """Return kernels after Glorot and zero biases, by name."""
    random = np.random.default_rng(0)
    arrays = {}
    for name, shape in shapes.items():
        shape = tuple(n or latent_dim for n in shape)
        fans = np.prod(shape[:-2]) * (shape[-2] + shape[-1])
        kernel = random.uniform(-1.0, 1.0, shape) * np.sqrt(6.0 / fans)
        arrays[name] = (kernel.astype("float32"), np.zeros(shape[-1], "float32"))
    return arrays
