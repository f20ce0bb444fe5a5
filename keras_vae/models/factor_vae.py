"""The FactorVAE."""

from typing import Any, Self

import keras
from keras import ops

from keras_vae import batch, likelihoods, networks
from keras_vae.arguments import shape_text
from keras_vae.batch import replicas
from keras_vae.models import checks
from keras_vae.models.last_activation import last_activation
from keras_vae.models.vae import VAE
from keras_vae.schedules.schedule import Schedule
from keras_vae.schedules.scheduled_variable import scheduled_variable
from keras_vae.training import Phase
from keras_vae.types import Seed, Tensor


@keras.saving.register_keras_serializable(package="keras_vae.models")
class FactorVAE(VAE):
    """A variational autoencoder whose codes are pressed to have independent dimensions: -ELBO + gamma * TC(q(z)).

    TC is the total correlation KL(q(z) || prod_j q(z_j)), which a critic estimates: its logit D(z) that z is a code of
    the data, and not one whose dimensions were taken from different codes. Each step has two phases: the networks are
    trained with the critic as it is, then the critic, by an optimizer of its own: `compile(critic_optimizer=)`. Besides
    what a `VAE` logs, it logs `total_correlation`, the mean of D(z) in nats, `critic_loss` (log 2 where the critic
    cannot tell the two apart) and `gamma`.

    Args:
        encoder: As for `VAE`.
        decoder: As for `VAE`.
        likelihood: As for `VAE`. Default "bernoulli".
        gamma: Float of at least 0, the weight of the total correlation, or a `keras_vae.schedules.Schedule`. Default
            10.0.
        critic: Keras model from z to a logit, `(batch, 1)`, without a sigmoid at the end; None is
            `networks.critic()`. Default None.
        **kwargs: The other arguments of `VAE`.

    Raises:
        ValueError: If `gamma` is below 0, `critic` gives no logit, or as for `VAE`; in training on several
            TensorFlow devices.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=6)
    >>> vae = keras_vae.FactorVAE(encoder, decoder, gamma=10.0)
    >>> vae.compile(optimizer="adam", critic_optimizer=keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9))
    >>> vae.fit(x, epochs=1)

    Reference: Kim and Mnih 2018, "Disentangling by factorising", equations 2 and 3, algorithm 2.
    """

    FURTHER_OPTIMIZERS = ("critic_optimizer",)
    MEASURES = (*VAE.MEASURES, "total_correlation", "critic_loss")
    WEIGHTS = (*VAE.WEIGHTS, "gamma")
    PHASES = ("training", "critic")
    PARTS = (*VAE.PARTS, "critic")

    def __init__(
        self,
        encoder: keras.layers.Layer,
        decoder: keras.layers.Layer,
        likelihood: str | likelihoods.Likelihood = "bernoulli",
        gamma: float | Schedule = 10.0,
        critic: keras.layers.Layer | None = None,
        **kwargs: Any,
    ):
        super().__init__(encoder, decoder, likelihood, **kwargs)
        self.critic = checks.model("critic", networks.critic() if critic is None else critic)
        if last_activation(self.critic) == "sigmoid":
            raise ValueError(
                "`critic` must give a logit, which the loss takes the sigmoid of itself: leave the activation at its "
                f"end out. Received: critic={self.critic.name!r}, which ends in a sigmoid"
            )
        self.gamma, self.initial_gamma = scheduled_variable(self, "gamma", gamma)
        self.schedule_weight("gamma", self.gamma, gamma if isinstance(gamma, Schedule) else None)

    def shapes_of_parts(
        self, encoded: list[tuple], codes: tuple, parameters: tuple
    ) -> list[tuple[keras.layers.Layer, Any]]:
        """Return the layers to build, each with its shape; the critic is built by a call, which shows what it gives."""
        parts = super().shapes_of_parts(encoded, codes, parameters)
        logit = checks.call_symbolically("critic", self.critic, codes)
        shapes = [tuple(part.shape) for part in keras.tree.flatten(logit)]
        if shapes != [(None, 1)]:
            raise ValueError(
                "`critic` must return a logit of each code, one tensor of shape (batch, 1). Received: "
                f"critic={self.critic.name!r}, which returns the shapes {', '.join(map(shape_text, shapes))}"
            )
        return parts

    def completed(
        self,
        losses: dict[str, Tensor],
        target: Tensor,
        outputs: dict[str, Tensor],
        sample_weight: Tensor | None,
        training: bool,
    ) -> dict[str, Tensor]:
        """Return the losses with gamma times the critic's estimate of the total correlation."""
        losses = super().completed(losses, target, outputs, sample_weight, training)
        total_correlation = batch.mean(self.critic(outputs["z"], training=False)[:, 0], sample_weight)
        return {
            **losses,
            "loss": losses["loss"] + self.gamma * total_correlation,
            "total_correlation": total_correlation,
        }

    def critic_loss(
        self, x: Tensor, y: Tensor | None, sample_weight: Tensor | None, training: bool
    ) -> tuple[dict[str, Tensor], None]:
        """Return the cross entropy of the critic, which tells codes from codes of exchanged dimensions."""
        if replicas.present().count > 1:
            raise ValueError(
                "FactorVAE must be trained on one device: its critic exchanges the codes of a whole batch. Received: "
                f"{replicas.present().count} devices that share the batches"
            )
        noise = self.noise(training)
        z, _ = self.posterior.sample(self.encoded(x, self.condition(y)), noise)
        z = ops.stop_gradient(z)
        of_codes = ops.softplus(-self.critic(z, training=training)[:, 0])
        of_exchanged = ops.softplus(self.critic(exchanged(z, noise, sample_weight), training=training)[:, 0])
        return {"critic_loss": batch.mean(0.5 * (of_codes + of_exchanged), sample_weight)}, None

    def phases(self) -> list[Phase]:
        """Return the two phases of a training step: the networks, then the critic."""
        critic = self.critic.trainable_variables
        return [
            Phase(self.losses_of, self.trained_without(self.critic), self.optimizer),
            Phase(self.critic_loss, critic, self.critic_optimizer, minimised="critic_loss", name="critic"),
        ]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a `gamma` that was assigned is in the weights."""
        return {**super().get_config(), "gamma": keras.saving.serialize_keras_object(self.initial_gamma)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the model from its config."""
        return super().from_config({**config, "gamma": keras.saving.deserialize_keras_object(config["gamma"])})


def exchanged(z: Tensor, seed: Seed, sample_weight: Tensor | None = None) -> Tensor:
    """Return codes whose numbers are taken from the codes of different rows, each number by a permutation of its own.

    Args:
        z: Tensor of shape `(batch, ...)`.
        seed: `keras.random.SeedGenerator` or int.
        sample_weight: None, or tensor of shape `(batch,)`: rows of weight 0 exchange among themselves.

    Returns:
        Tensor of the shape of z.
    """
    rows = ops.reshape(z, (ops.shape(z)[0], -1))
    key = keras.random.uniform(ops.shape(rows), dtype="float32", seed=seed)
    if sample_weight is None:
        mixed = ops.take_along_axis(rows, ops.argsort(key, axis=0), axis=0)
        return ops.reshape(mixed, ops.shape(z))
    # Rows of weight 0 come last, in the drawn order as in that of the places.
    padding = ops.cast(ops.cast(sample_weight, "float32") == 0.0, "float32")[:, None]
    mixed = ops.take_along_axis(rows, ops.argsort(key + 2.0 * padding, axis=0), axis=0)
    n = ops.cast(ops.shape(rows)[0], "float32")
    place = ops.argsort(ops.argsort(padding[:, 0] * n + ops.cast(ops.arange(ops.shape(rows)[0]), "float32")))
    return ops.reshape(ops.take(mixed, place, axis=0), ops.shape(z))
