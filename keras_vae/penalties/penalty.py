"""The base of the penalties."""

import math
from typing import Any, Self

import keras
from keras import ops

from keras_vae.batch import replicas
from keras_vae.known import Known
from keras_vae.posteriors import Gaussian, Posterior
from keras_vae.schedules.schedule import Schedule
from keras_vae.schedules.scheduled_variable import scheduled_variable
from keras_vae.types import Tensor

known = Known("keras_vae.penalties")


class Penalty(keras.layers.Layer):
    """A term of the loss, weight * penalty: a subclass writes `call`, which returns the penalty without its weight.

    A model adds the term to its loss, and logs the penalty unweighted under `name`. A penalty may own weights: it is a
    Keras layer, saved with its model. Its own `weight` is a variable that is not trained and may be assigned; with a
    schedule the training step moves it.

    Args:
        weight: Float of at least 0, or a `keras_vae.schedules.Schedule` of the training step. Default 1.0.
        name: Text, the name in the logs.
        **kwargs: `dtype`, as for every Keras layer.

    Raises:
        ValueError: If `weight` is below 0.
    """

    needs_prior = False  # whether the codes are compared with draws from the prior

    def __init__(self, weight: float | Schedule = 1.0, name: str | None = None, dtype: str = "float32", **kwargs: Any):
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.weight, self.initial_weight = scheduled_variable(self, "weight", weight)

    def schedules(self) -> dict[str, tuple[keras.Variable, Schedule]]:
        """Return what the training step moves: the name in the logs, the variable, and its schedule."""
        return self.moved(f"{self.name}_weight", self.weight, self.initial_weight)

    def moved(
        self, name: str, variable: keras.Variable, value: float | Schedule
    ) -> dict[str, tuple[keras.Variable, Schedule]]:
        """Return the entry of `schedules` for a variable, or none where its value is a number."""
        return {name: (variable, value)} if isinstance(value, Schedule) else {}

    def connect(self, posterior: Posterior | None) -> None:
        """Take what a penalty must know of its model, before it is built; here nothing.

        Args:
            posterior: The model's `keras_vae.posteriors.Posterior`, or None where it has none.

        Raises:
            ValueError: If the penalty is not defined for that posterior.
        """

    def call(
        self,
        outputs: dict[str, Tensor],
        prior: Any = None,
        noise: keras.random.SeedGenerator | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the penalty of a batch, without its weight.

        Args:
            outputs: Dict, what the model's `call` returned: of a `VAE` "z", "mean", "log_var", "kl", "parameters".
            prior: The model's `keras_vae.priors.Prior`, or None.
            noise: `keras.random.SeedGenerator` for what is drawn, or None.
            sample_weight: None, or tensor of shape `(batch,)`: how much a row counts; one of weight 0 does not.

        Returns:
            Float32 scalar tensor.

        Raises:
            ValueError: If something that the penalty needs is missing.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def needed(self, outputs: dict[str, Tensor], *names: str) -> list[Tensor]:
        """Return some of the outputs, each row as a vector; raise a ValueError where the model has no such output."""
        missing = [name for name in names if name not in outputs]
        if missing:
            raise ValueError(
                f"`penalties` must be defined for the model: {type(self).__name__} needs {' and '.join(names)} among "
                f"its outputs. Received: a model with the outputs {', '.join(sorted(outputs))}, without "
                f"{' and '.join(missing)}"
            )
        return [ops.reshape(outputs[name], (-1, math.prod(outputs[name].shape[1:]))) for name in names]

    def require_gaussian(self, posterior: Posterior | None) -> None:
        """Raise a ValueError if the posterior is not `Gaussian`: others may have parameters of the same names."""
        if not isinstance(posterior, Gaussian):
            received = "no posterior" if posterior is None else f"the posterior {type(posterior).__name__}"
            raise ValueError(
                f"`penalties` must be defined for the model: {type(self).__name__} needs the posterior Gaussian, whose "
                f"numbers are independent. Received: {received}"
            )

    def require_whole_batch(self) -> None:
        """Raise a ValueError where several replicas share the batch, if the penalty compares rows with each other."""
        count = replicas.present().count
        if count > 1:
            raise ValueError(
                f"`penalties` must not compare the rows of a batch that several devices share. Received: "
                f"{type(self).__name__} on {count} devices; train on one"
            )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a `weight` that was assigned is in the weights."""
        return {**super().get_config(), "weight": keras.saving.serialize_keras_object(self.initial_weight)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the penalty from its config."""
        return cls(**{**config, "weight": keras.saving.deserialize_keras_object(config["weight"])})
