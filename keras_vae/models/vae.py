"""The variational autoencoder."""

from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_vae import batch, bounds, likelihoods, posteriors, priors
from keras_vae.arguments import whole_number
from keras_vae.arrays.checks import batch_of
from keras_vae.layers import KLDivergence, Sampling
from keras_vae.models.autoencoder import Autoencoder, by_name
from keras_vae.models.density_methods import DensityMethods
from keras_vae.schedules.schedule import Schedule, first_value
from keras_vae.training import Phase
from keras_vae.types import ArrayLike, Tensor


@keras.saving.register_keras_serializable(package="keras_vae")
class VAE(DensityMethods, Autoencoder):
    """A variational autoencoder: p(x) = integral of p(x|z) p(z) over z, with a posterior q(z|x).

    `fit` minimises `reconstruction_loss + beta * sum_j max(free_bits, KL_j)`. It logs `loss`,
    `reconstruction_loss` (minus the expected log-likelihood), `kl_loss` (without beta and free bits), `elbo` (with
    beta = 1, whatever beta is) and `beta`: all in nats per example, summed over the pixels and latent dimensions and
    averaged over the batch, with the likelihood's constant in. Rows with a `sample_weight` count by it in every
    average; a row of weight 0 does not count at all.

    Args:
        encoder: Any Keras model from x to the posterior's parameters: for the Gaussian `(mean, log_var)`, two tensors
            of shape `(batch, latent_dim)` or `(batch, height, width, channels)`; `log_var` is the natural log of the
            variance.
        decoder: Any Keras model from z to the likelihood's parameters: for "bernoulli" logits of the data's shape,
            without an activation at the end; a decoder that ends in a sigmoid goes with `Bernoulli(from_logits=False)`.
        likelihood: Name or `keras_vae.likelihoods.Likelihood`. Default "bernoulli".
        prior: None (the standard normal), a name or a `keras_vae.priors.Prior`. One that has weights belongs to one
            model. Default None.
        beta: Float of at least 0, the weight of the KL, or a `keras_vae.schedules.Schedule` of the training step.
            The weight `vae.beta` holds the current value. Default 1.0.
        free_bits: Float of at least 0, nats per latent dimension or channel; see `KLDivergence`. Default 0.0.
        skip_threshold: None, or the norm of the gradient above which an update is skipped. Default None. Updates
            that are not finite are always skipped.
        seed: Int or None, the seed of the noise; see `Sampling`. Default None.
        posterior: None (the Gaussian), a name or a `keras_vae.posteriors.Posterior`. Default None.
        bound: None (the ELBO), a name or a `keras_vae.bounds.Bound`. Default None.
        penalties: List of `keras_vae.penalties.Penalty`, added to the loss, each with a name that nothing else is
            logged under. Default none.
        **kwargs: `name`, `dtype`, `trainable`, as for every Keras model.

    Raises:
        ValueError: If an argument is out of its range, the encoder does not return the posterior's parameters, or the
            decoder's output does not fit the data; when it is built, if `prior` has weights and belongs to another
            model.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2)
    >>> vae = keras_vae.VAE(encoder, decoder)
    >>> vae.compile(optimizer=keras.optimizers.Adam(1e-3))
    >>> vae.fit(x, epochs=10, batch_size=128)
    >>> vae.save("vae.keras")

    References: Kingma and Welling 2014, "Auto-encoding variational Bayes", equation 10; Higgins et al. 2017,
    "beta-VAE", equation 4.
    """

    MEASURES: tuple[str, ...] = ("loss", "reconstruction_loss", "kl_loss", "elbo")
    WEIGHTS: tuple[str, ...] = ("beta",)
    NO_LOSS = "a VAE minimises minus its ELBO; choose `likelihood` in the constructor"
    NO_CLASS_WEIGHT = "a VAE knows no classes; give each row its weight as `sample_weight`"
    PARTS = (*Autoencoder.PARTS, "posterior", "bound")

    def __init__(
        self,
        encoder: keras.layers.Layer,
        decoder: keras.layers.Layer,
        likelihood: str | likelihoods.Likelihood = "bernoulli",
        prior: str | priors.Prior | None = None,
        beta: float | Schedule = 1.0,
        free_bits: float = 0.0,
        skip_threshold: float | None = None,
        seed: int | None = None,
        posterior: str | posteriors.Posterior | None = None,
        bound: str | bounds.Bound | None = None,
        penalties: Sequence[Any] = (),
        **kwargs: Any,
    ):
        prior, posterior = self.default_prior() if prior is None else priors.get(prior), posteriors.get(posterior)
        # Before the model's own noise: without a seed, the noise of these two is that of 0.2.0.
        kl_divergence = KLDivergence(first_value(beta), free_bits, prior, posterior, seed=seed)
        sampling = Sampling(seed, posterior)
        super().__init__(encoder, decoder, likelihood, prior, penalties, skip_threshold, seed, **kwargs)
        self.schedule, self.posterior = beta if isinstance(beta, Schedule) else None, posterior
        self.kl_divergence, self.sampling = kl_divergence, sampling
        self.schedule_weight("beta", self.kl_divergence.beta, self.schedule)
        self.free_bits = self.kl_divergence.free_bits
        self.bound = bounds.get(bound)
        self.bound.check(self)

    def default_prior(self) -> priors.Prior:
        """Return the standard normal prior."""
        return priors.get("standard_normal")

    @property
    def beta(self) -> keras.Variable:
        """The weight of the KL: a scalar `keras.Variable`, which may be assigned."""
        return self.kl_divergence.beta

    def shape_of_codes(self, shapes: list[tuple]) -> tuple:
        """Return the shape of z with the batch axis, given those of the posterior's parameters."""
        return self.posterior.shape_of_codes(shapes, "`encoder` must return")

    def shapes_of_parts(
        self, encoded: list[tuple], codes: tuple, parameters: tuple
    ) -> list[tuple[keras.layers.Layer, Any]]:
        """Return the layers to build, each with its shape, in the order in which they are built."""
        self.connect(self.posterior)
        parts = [(self.posterior, encoded), (self.prior, codes), (self.likelihood, parameters)]
        return [*parts, (self.kl_divergence, encoded), (self.sampling, encoded)]

    def point(self, encoded: list[Tensor]) -> Tensor:
        """Return the posterior's mean."""
        return self.posterior.mean(encoded)

    def codes_of_prior(self, x: ArrayLike, y: ArrayLike | None, batch_size: int) -> np.ndarray:
        """Return a draw from each q(z|x), to which `adapt` fits the prior: always the same of the same data."""
        whole_number("batch_size", batch_size)
        return self.sample_posterior(x, y, seed=0)[0]

    def call(
        self, inputs: Tensor | Sequence[Tensor], sample_weight: Tensor | None = None, training: bool | None = None
    ) -> dict[str, Tensor]:
        """Pass a batch through the model.

        Args:
            inputs: x, a tensor of shape `(batch, ...)`; of a conditional model `[x, y]`.
            sample_weight: None or tensor of shape `(batch,)`: how much each row counts in the KL that is added to
                the loss.
            training: Bool.

        Returns:
            Dict: `kl` of shape `(batch,)`, in nats, the posterior's parameters by their names (`log_var`, `mean`), the
            code `z`, and `parameters`, the decoder's output for z, with `logits` where `decoded` gives them.
        """
        x, y = self.split(inputs)
        encoded = self.encoded(batch_of("x", x, self.event_shape), y, training)
        z, log_q = self.sampling.draw(encoded, training)
        *encoded, kl = self.kl_divergence(encoded, z=z, log_q=log_q, sample_weight=sample_weight, training=training)
        named = dict(zip(self.posterior.names, encoded, strict=True))
        return by_name({"kl": kl, "z": z, **named, **self.decoded(z, y, training)})

    def losses_of(
        self, x: Tensor, y: Tensor | None, sample_weight: Tensor | None, training: bool
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the losses of a batch, as the bound says, and the outputs of `call`."""
        return self.bound.losses_of(self, x, y, sample_weight, training)

    def parts_of_loss(
        self, target: Tensor, outputs: dict[str, Tensor], sample_weight: Tensor | None
    ) -> dict[str, Tensor]:
        """Return the loss without penalties, and what it consists of."""
        losses = super().parts_of_loss(target, outputs, sample_weight)
        kl_loss = batch.mean(outputs["kl"], sample_weight)
        return {**losses, "kl_loss": kl_loss, "elbo": -(losses["reconstruction_loss"] + kl_loss)}

    def phases(self) -> list[Phase]:
        """Return the one phase of the training step, which trains the prior as well."""
        return [Phase(self.losses_of, self.trainable_variables, self.optimizer)]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a `beta` that was assigned is in the weights."""
        beta = keras.saving.serialize_keras_object(self.schedule or self.kl_divergence.initial_beta)
        return {**super().get_config(), "beta": beta, "free_bits": self.free_bits}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the model from its config."""
        return super().from_config({**config, "beta": keras.saving.deserialize_keras_object(config["beta"])})
