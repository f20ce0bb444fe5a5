"""The penalty of DIP-VAE-II."""

from typing import Any

from keras import ops

from keras_vae import batch
from keras_vae.penalties.dip import DIP
from keras_vae.penalties.penalty import known
from keras_vae.posteriors import Posterior
from keras_vae.schedules import Schedule
from keras_vae.types import Tensor


@known()
class DIPII(DIP):
    """The squared distance from I of Cov(z), the covariance of the aggregate posterior over the batch.

    Cov(z) = Cov(mean) + diag(E[exp(log_var)]), for a Gaussian posterior with independent numbers.

    Args:
        weight: Float of at least 0, or a schedule; lambda_od in the paper, the weight of the off-diagonal squares.
            Default 10.0.
        diagonal: Float of at least 0, how many times as much the squares (C_ii - 1)^2 weigh, lambda_d / lambda_od.
            Default 1.0, as in the paper.
        name: Text, the name in the logs. Default "dip".
        **kwargs: `dtype`, as for every Keras layer.

    Raises:
        ValueError: If an argument is below 0.

    Example:
    >>> penalty = keras_vae.penalties.DIPII(weight=10.0)
    >>> penalty({"mean": np.zeros((4, 2)), "log_var": np.zeros((4, 2))})  # 0.0

    Reference: Kumar et al. 2018, "Variational inference of disentangled latent concepts from unlabeled observations",
    equation 7.
    """

    def __init__(self, weight: float | Schedule = 10.0, diagonal: float = 1.0, name: str = "dip", **kwargs: Any):
        super().__init__(weight, diagonal, name, **kwargs)

    def connect(self, posterior: Posterior | None) -> None:
        """Raise a ValueError if the posterior is not the Gaussian one with independent numbers."""
        self.require_gaussian(posterior)

    def covariance(self, outputs: dict[str, Tensor], sample_weight: Tensor | None) -> Tensor:
        """Return Cov(mean) + diag(E[exp(log_var)])."""
        mean, log_var = self.needed(outputs, "mean", "log_var")
        return self.covariance_of_means(mean, sample_weight) + ops.diag(batch.mean(ops.exp(log_var), sample_weight))
