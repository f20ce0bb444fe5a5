"""The base of the bounds on log p(x)."""

from typing import Any, Self

from keras_vae.known import Known
from keras_vae.types import Tensor

known = Known("keras_vae.bounds")


class Bound:
    """What a VAE maximises in place of log p(x): a subclass writes `losses_of`."""

    def losses_of(
        self, model: Any, x: Tensor, y: Tensor | None, sample_weight: Tensor | None, training: bool
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the losses of a batch and what the model's `call` returns.

        Args:
            model: A `keras_vae.VAE`, whose way of one batch is used.
            x: Tensor of shape `(batch, ...)`.
            y: None, or what the model takes as y.
            sample_weight: None or tensor of shape `(batch,)`.
            training: Bool.

        Returns:
            Dict of scalar tensors, `loss` the one that is minimised, in nats per example; and the dict of outputs.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `losses_of`.")

    def check(self, model: Any) -> None:
        """Raise a ValueError, which names both, if the bound cannot be had with a part of a model; here never."""

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the bound from its config."""
        return cls(**config)
