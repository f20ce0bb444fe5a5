"""The capacity of the code."""

from typing import Any, Self

import keras
from keras import ops

from keras_vae import batch
from keras_vae.penalties.penalty import Penalty, known
from keras_vae.posteriors import Posterior
from keras_vae.schedules import Schedule
from keras_vae.schedules.scheduled_variable import scheduled_variable
from keras_vae.types import Tensor


@known()
class Capacity(Penalty):
    """|KL - C|, which holds the KL of the batch at a capacity of C nats; with `VAE(beta=0)`.

    Args:
        weight: Float of at least 0, or a schedule; gamma in the paper. Default 1000.0.
        capacity: Float of at least 0, C in nats, or a schedule of it, which is logged as "capacity". Default 25.0.
        name: Text, the name of |KL - C| in the logs. Default "capacity_gap".
        **kwargs: `dtype`, as for every Keras layer.

    Raises:
        ValueError: If an argument is below 0.

    Example:
    >>> penalty = keras_vae.penalties.Capacity(1000.0, keras_vae.schedules.Linear(100_000, end=25.0))
    >>> penalty({"kl": np.array([3.0, 5.0])})  # 4.0: C is 0 before the first step

    Reference: Burgess et al. 2018, "Understanding disentangling in beta-VAE", equation 8.
    """

    def __init__(
        self,
        weight: float | Schedule = 1000.0,
        capacity: float | Schedule = 25.0,
        name: str = "capacity_gap",
        **kwargs: Any,
    ):
        super().__init__(weight, name, **kwargs)
        self.capacity, self.initial_capacity = scheduled_variable(self, "capacity", capacity)

    def connect(self, posterior: Posterior | None) -> None:
        """Refuse a model without a posterior, which has no KL."""
        if posterior is None:
            raise ValueError(
                "`penalties` must be defined for the model: Capacity needs the KL to a prior. Received: no posterior"
            )

    def schedules(self) -> dict[str, tuple[keras.Variable, Schedule]]:
        """Return what the training step moves: the weight and the capacity, where they have schedules."""
        return {**super().schedules(), **self.moved("capacity", self.capacity, self.initial_capacity)}

    def call(
        self,
        outputs: dict[str, Tensor],
        prior: Any = None,
        noise: keras.random.SeedGenerator | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return |KL - C|, the KL averaged over the batch."""
        (kl,) = self.needed(outputs, "kl")
        return ops.abs(batch.mean(kl[:, 0], sample_weight) - self.capacity)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "capacity": keras.saving.serialize_keras_object(self.initial_capacity)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the penalty from its config."""
        return super().from_config({**config, "capacity": keras.saving.deserialize_keras_object(config["capacity"])})
