"""The layer that adds the weighted KL divergence to the loss."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vae import batch, posteriors, priors
from keras_vae.arguments import at_least
from keras_vae.layers.posterior_layer import PosteriorLayer, serialized_to_share
from keras_vae.types import Tensor


@keras.saving.register_keras_serializable(package="keras_vae")
class KLDivergence(PosteriorLayer):
    """Adds beta * KL(q(z|x) || p(z)) to the loss of its model, and hands the posterior on.

    The KL is in nats per example, summed over the latent dimensions and averaged over the batch; the loss is
    `beta * sum_j max(free_bits, mean over the batch of KL_j)`, j being the latent dimensions; of codes
    height x width x channels the channels; all together where the KL has no closed form. The layer must lie on the
    path: use what it returns, since a functional model drops a layer whose output nobody uses, and its loss with it.

    Args:
        beta: Float of at least 0, the weight of the KL. It becomes the layer's non-trainable weight `beta`, which
            may be assigned during training (`layer.beta.assign(0.5)`). Default 1.0.
        free_bits: Float of at least 0, in nats per latent dimension (or channel): a floor on the batch mean of each
            one's KL in the loss, under which a dimension is not pressed. Default 0.0.
        prior: None (the standard normal), the name of a prior or a `keras_vae.priors.Prior`. Default None.
        posterior: None (the Gaussian), a name or a `keras_vae.posteriors.Posterior`. Default None.
        seed: Int or None, of the layer's own draws; see `Sampling`. Default None.

    Call arguments:
        inputs: The posterior's parameters, for the Gaussian `[mean, log_var]`; see `Sampling`.
        z: The code that is decoded, where the KL has no closed form: the KL is estimated there. None lets the layer
            draw one of its own. Default None.
        log_q: log q(z|x) of that code, `(batch,)`, from `Sampling(return_log_prob=True)`; None asks the posterior for
            it. Default None.
        sample_weight: None or tensor of shape `(batch,)`, the weights of the batch mean.

    Returns:
        `(mean, log_var, kl)`: the parameters unchanged, in float32; `kl` of shape `(batch,)`, the KL of each
        example in nats, without beta and without the floor.

    Raises:
        ValueError: If `beta` or `free_bits` is negative, or the inputs are not the posterior's parameters.

    Example:
    >>> x = keras.Input((64,))
    >>> mean, log_var = keras.layers.Dense(2)(x), keras.layers.Dense(2)(x)
    >>> mean, log_var, kl = keras_vae.layers.KLDivergence(beta=0.5)([mean, log_var])
    >>> z = keras_vae.layers.Sampling()([mean, log_var])
    >>> vae = keras.Model(x, keras.layers.Dense(64)(z))

    References: Higgins et al. 2017, "beta-VAE", equation 4; Kingma et al. 2016, "Improved variational inference
    with inverse autoregressive flow", section 2.3 and appendix C.8 (free bits).
    """

    def __init__(
        self,
        beta: float = 1.0,
        free_bits: float = 0.0,
        prior: str | priors.Prior | None = None,
        posterior: str | posteriors.Posterior | None = None,
        **kwargs: Any,
    ):
        super().__init__(posterior=posterior, **kwargs)
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

    def build(self, input_shape: Any) -> None:
        """Check the input and build the prior."""
        super().build(input_shape)
        if not self.prior.built:
            self.prior.build((None, *self.posterior.latent_shape))

    def call(
        self,
        inputs: Sequence[Tensor],
        z: Tensor | None = None,
        log_q: Tensor | None = None,
        sample_weight: Tensor | None = None,
        training: bool | None = None,
    ) -> tuple[Tensor, ...]:
        """Add the loss, return the posterior's parameters and the KL."""
        parameters = list(inputs)
        kl = self.posterior.kl_in_closed_form(parameters, self.prior)
        if kl is None:
            if z is None:
                z, log_q = self.posterior.sample(parameters, self.noise(training))
            log_q = self.posterior.log_prob(z, parameters) if log_q is None else log_q
            kl = self.posterior.kl(parameters, self.prior, z, log_q)
        self.add_loss(self.beta * ops.sum(ops.maximum(batch.mean(kl, sample_weight), self.free_bits)))
        return *parameters, ops.sum(kl, axis=-1)

    def compute_output_shape(self, input_shape: Sequence[tuple]) -> tuple[tuple, ...]:
        """Return the shapes of the parameters and of the KL."""
        return *map(tuple, input_shape), (input_shape[0][0],)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; `beta` is the initial value, the weight holds the current one."""
        prior = serialized_to_share(self.prior)
        return {**super().get_config(), "beta": self.initial_beta, "free_bits": self.free_bits, "prior": prior}
