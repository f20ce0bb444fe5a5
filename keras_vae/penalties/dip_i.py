"""The penalty of DIP-VAE-I."""

from typing import Any

from keras_vae.penalties.dip import DIP
from keras_vae.penalties.penalty import known
from keras_vae.schedules import Schedule
from keras_vae.types import Tensor


@known()
class DIPI(DIP):
    """The squared distance from I of Cov(mean), the covariance of the posterior means over the batch.

    Args:
        weight: Float of at least 0, or a schedule; lambda_od in the paper, the weight of the off-diagonal squares.
            Default 10.0.
        diagonal: Float of at least 0, how many times as much the squares (C_ii - 1)^2 weigh, lambda_d / lambda_od.
            Default 10.0, as in the paper.
        name: Text, the name in the logs. Default "dip".
        **kwargs: `dtype`, as for every Keras layer.

    Raises:
        ValueError: If an argument is below 0.

    Example:
    >>> penalty = keras_vae.penalties.DIPI(weight=10.0)
    >>> penalty({"mean": np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])})  # 0.0

    Reference: Kumar et al. 2018, "Variational inference of disentangled latent concepts from unlabeled observations",
    equation 6.
    """

    def __init__(self, weight: float | Schedule = 10.0, diagonal: float = 10.0, name: str = "dip", **kwargs: Any):
        super().__init__(weight, diagonal, name, **kwargs)

    def covariance(self, outputs: dict[str, Tensor], sample_weight: Tensor | None) -> Tensor:
        """Return Cov(mean)."""
        (mean,) = self.needed(outputs, "mean")
        return self.covariance_of_means(mean, sample_weight)
