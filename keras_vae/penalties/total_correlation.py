"""The total correlation of the aggregate posterior."""

from typing import Any

import keras
from keras import ops

from keras_vae import batch
from keras_vae.arguments import whole_number
from keras_vae.distributions import normal
from keras_vae.penalties.penalty import Penalty, known
from keras_vae.posteriors import Posterior
from keras_vae.schedules import Schedule
from keras_vae.types import Tensor


@known()
class TotalCorrelation(Penalty):
    """KL(q(z) || prod_j q(z_j)) in nats, q(z) = 1/N sum_n q(z|x_n); beta-TCVAE has `weight = beta - 1`.

    q(z) of a code is estimated by minibatch stratified sampling: its own example counts as 1 / N, the others of the
    batch share (N - 1) / N. (The paper gives one of the others the weight that is left; this is the average over
    which one.) The densities are estimated without bias, their logarithms are not. It needs memory for
    `batch^2 * latent_dim` numbers, and a Gaussian posterior with independent numbers.

    Args:
        weight: Float of at least 0, or a schedule.
        num_examples: Int of at least 1, N, the examples of the training data.
        name: Text, the name in the logs. Default "total_correlation".
        **kwargs: `dtype`, as for every Keras layer.

    Raises:
        ValueError: If an argument is out of its range; in training on several devices.

    Example:
    >>> penalty = keras_vae.penalties.TotalCorrelation(weight=5.0, num_examples=len(x))

    Reference: Chen et al. 2018, "Isolating sources of disentanglement in variational autoencoders", equation 2 and
    appendix C.2.
    """

    def __init__(self, weight: float | Schedule, num_examples: int, name: str = "total_correlation", **kwargs: Any):
        super().__init__(weight, name, **kwargs)
        self.num_examples = whole_number("num_examples", num_examples)

    def connect(self, posterior: Posterior | None) -> None:
        """Raise a ValueError if the posterior is not the Gaussian one with independent numbers."""
        self.require_gaussian(posterior)

    def call(
        self,
        outputs: dict[str, Tensor],
        prior: Any = None,
        noise: keras.random.SeedGenerator | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the batch's mean of log q(z) - sum_j log q(z_j)."""
        self.require_whole_batch()
        z, mean, log_var = self.needed(outputs, "z", "mean", "log_var")
        log_q = normal.log_prob(z[:, None], mean[None], log_var[None])  # (draw, example, dimension)
        log_share = self.log_shares(ops.shape(z)[0], sample_weight)
        log_joint = ops.logsumexp(ops.sum(log_q, axis=2) + log_share, axis=1)
        log_marginals = ops.logsumexp(log_q + log_share[:, :, None], axis=1)
        return batch.mean(log_joint - ops.sum(log_marginals, axis=1), sample_weight)

    def log_shares(self, n: int | Tensor, sample_weight: Tensor | None) -> Tensor:
        """Return the logs of what each example counts in the q(z) of each draw, `(n, n)`; each row sums to 1."""
        others = 1.0 - ops.eye(n)
        if sample_weight is not None:
            others = others * ops.cast(sample_weight, "float32")
        others = ops.divide_no_nan(others, ops.sum(others, axis=1, keepdims=True))
        own, rest = 1.0 / self.num_examples, (self.num_examples - 1) / self.num_examples
        return ops.log(own * ops.eye(n) + rest * others)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_examples": self.num_examples}
