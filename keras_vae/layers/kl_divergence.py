"""The layer that adds the weighted KL divergence to the loss."""

import keras
from keras import ops

from keras_vae import priors
from keras_vae.arguments import at_least
from keras_vae.distributions import batch
from keras_vae.layers.gaussian_layer import GaussianLayer


@keras.saving.register_keras_serializable(package="keras_vae")
class KLDivergence(GaussianLayer):
    """Adds beta * KL(q(z|x) || p(z)) to the loss of its model, and hands the posterior on.

    The KL is in nats per example, summed over the latent dimensions and averaged over the batch; the loss is
    `beta * sum_j max(free_bits, mean over the batch of KL_j)`. The layer must lie on the path: use what it
    returns, since a functional model drops a layer whose output nobody uses, and its loss with it.

    Args:
        beta: Float of at least 0, the weight of the KL. It becomes the layer's non-trainable weight `beta`, which
            may be assigned during training (`layer.beta.assign(0.5)`). Default 1.0.
        free_bits: Float of at least 0, in nats per latent dimension: a floor on the batch mean of each dimension's
            KL in the loss, under which a dimension is not pressed. Default 0.0.
        prior: None (the standard normal), the name of a prior or a `keras_vae.priors.Prior`. Default None.

    Call arguments:
        inputs: `[mean, log_var]`, two float tensors of shape `(batch, latent_dim)`.
        sample_weight: None or tensor of shape `(batch,)`, the weights of the batch mean.

    Returns:
        `(mean, log_var, kl)`: the first two unchanged, in float32; `kl` of shape `(batch,)`, the KL of each
        example in nats, without beta and without the floor.

    Raises:
        ValueError: If `beta` or `free_bits` is negative, or the inputs are not two tensors of one shape.

    Example:
    >>> x = keras.Input((64,))
    >>> mean, log_var = keras.layers.Dense(2)(x), keras.layers.Dense(2)(x)
    >>> mean, log_var, kl = keras_vae.layers.KLDivergence(beta=0.5)([mean, log_var])
    >>> z = keras_vae.layers.Sampling()([mean, log_var])
    >>> vae = keras.Model(x, keras.layers.Dense(64)(z))

    References: Higgins et al. 2017, "beta-VAE", equation 4; Kingma et al. 2016, "Improved variational inference
    with inverse autoregressive flow", section 2.3 and appendix C.8 (free bits).
    """

    def __init__(self, beta=1.0, free_bits=0.0, prior=None, **kwargs):
        super().__init__(**kwargs)
        self.initial_beta = float(at_least("beta", beta, 0.0))
        self.free_bits = float(at_least("free_bits", free_bits, 0.0))
        self.prior = priors.get(prior)
        self.beta = self.add_weight(
            name="beta",
            shape=(),
            initializer=keras.initializers.Constant(self.initial_beta),
            trainable=False,
            dtype="float32",
        )

    def build(self, input_shape):
        """Check the input and build the prior."""
        super().build(input_shape)
        if not self.prior.built:
            self.prior.build(tuple(input_shape[0]))

    def call(self, inputs, sample_weight=None, training=None):
        """Add the loss, return the posterior and its KL."""
        mean, log_var = inputs
        kl = self.prior.kl(mean, log_var, self.noise(training))
        self.add_loss(self.beta * ops.sum(ops.maximum(batch.mean(kl, sample_weight), self.free_bits)))
        return mean, log_var, ops.sum(kl, axis=-1)

    def compute_output_shape(self, input_shape):
        """Return the shapes of mean, log_var and kl."""
        return tuple(input_shape[0]), tuple(input_shape[1]), (input_shape[0][0],)

    def get_config(self):
        """Return the constructor's arguments; `beta` is the initial value, the weight holds the current one."""
        prior = keras.saving.serialize_keras_object(self.prior)
        return {
            **super().get_config(),
            "beta": self.initial_beta,
            "free_bits": self.free_bits,
            "prior": prior,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        """Make the layer from its config."""
        prior = keras.saving.deserialize_keras_object(config["prior"])
        return cls(**{**config, "prior": prior})
