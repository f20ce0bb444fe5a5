"""What every prior p(z) can do."""

import keras
from keras import ops

from keras_vae.distributions import normal


class Prior(keras.layers.Layer):
    """The base of the priors: a subclass writes `sample` and `log_prob`, and `kl` where it has a closed form.

    A prior may own weights: it is a Keras layer, trained and saved with its model. `build` tells it its
    `latent_dim`.
    """

    def __init__(self, dtype="float32", **kwargs):
        super().__init__(dtype=dtype, **kwargs)
        self.latent_dim = None

    def build(self, input_shape):
        """Take `latent_dim` from the shape `(batch, latent_dim)` of the codes."""
        self.latent_dim = int(input_shape[-1])

    def sample(self, n: int, seed):
        """Draw `n` codes, a tensor of shape `(n, latent_dim)`, with a `keras.random.SeedGenerator` or an int."""
        raise NotImplementedError(f"{type(self).__name__} must define `sample`.")

    def sample_truncated(self, n: int, radius: float, seed):
        """Draw `n` codes from the prior's central part."""
        raise ValueError(f"`truncation` is not defined for the prior {type(self).__name__}. Expected: None.")

    def log_prob(self, z):
        """Return log p(z) in nats, a tensor of shape `(batch,)`."""
        raise NotImplementedError(f"{type(self).__name__} must define `log_prob`.")

    def kl(self, mean, log_var, seed):
        """Return KL(N(mean, exp(log_var)) || p) in nats, here as log q(z) - log p(z) at one draw z.

        Args:
            mean: Tensor of shape `(batch, latent_dim)`.
            log_var: Tensor of the same shape.
            seed: `keras.random.SeedGenerator` of the draw; a closed form has no use for it.

        Returns:
            Tensor of shape `(batch, groups)`: `latent_dim` groups where the prior is a product over the
            dimensions, one group otherwise.
        """
        z = normal.sample(mean, log_var, seed)
        log_q = ops.sum(normal.log_prob(z, mean, log_var), axis=-1)
        return ops.expand_dims(log_q - self.log_prob(z), axis=-1)
