"""The importance-weighted bound."""

import math
from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_vae import batch
from keras_vae.arguments import whole_number
from keras_vae.bounds.bound import Bound, known
from keras_vae.types import Tensor


@known("iwae")
class IWAE(Bound):
    """L_k = log 1/k sum_i p(x, z_i) / q(z_i|x), at k draws z_i from q(z|x): between the ELBO and log p(x).

    With a beta other than 1 the weights are p(x|z) (p(z) / q(z|x))^beta. `reconstruction_loss`, `kl_loss` and `elbo`
    are averages over the k draws, and `loss` is minus the bound. `free_bits` has no meaning here, and is refused.

    Args:
        num_samples: Int of at least 1, k. One is the ELBO of one draw. Default 5.

    Raises:
        ValueError: If `num_samples` is below 1.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2)
    >>> vae = keras_vae.VAE(encoder, decoder, bound=keras_vae.bounds.IWAE(5))

    Reference: Burda et al. 2016, "Importance weighted autoencoders", equation 8.
    """

    def __init__(self, num_samples: int = 5):
        self.num_samples = whole_number("num_samples", num_samples)

    def losses_of(
        self, model: Any, x: Tensor, y: Tensor | None, sample_weight: Tensor | None, training: bool
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return minus L_k, and the averages of its parts over the draws."""
        k, target, condition = self.num_samples, model.target(x, y), model.condition(y)
        encoded = model.encoded(x, condition, training)
        each = [ops.repeat(part, k, axis=0) for part in encoded]
        z, log_q = model.sampling.draw(each, training)
        log_likelihood, log_ratio, decoded = self.weighed(model, target, condition, each, z, log_q, training)
        bound = ops.logsumexp(log_likelihood + model.beta * log_ratio, axis=1) - math.log(k)
        reconstruction_loss = -batch.mean(ops.mean(log_likelihood, axis=1), sample_weight)
        kl = -ops.mean(log_ratio, axis=1)
        kl_loss = batch.mean(kl, sample_weight)
        losses = {
            "loss": model.regularization() - batch.mean(bound, sample_weight),
            "reconstruction_loss": reconstruction_loss,
            "kl_loss": kl_loss,
            "elbo": -(reconstruction_loss + kl_loss),
        }
        first = {name: first_draws(values, k) for name, values in {"z": z, **decoded}.items()}
        outputs = {"kl": kl, **dict(zip(model.posterior.names, encoded, strict=True)), **first}
        return model.completed(losses, target, outputs, sample_weight, training), outputs

    def weighed(
        self,
        model: Any,
        target: Tensor,
        condition: Tensor | None,
        encoded: Sequence[Tensor],
        z: Tensor,
        log_q: Tensor,
        training: bool,
    ) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Return log p(x|z) and log p(z) - log q(z|x) of the draws, `(batch, k)`, and the decoder's output."""
        return model.weighed(target, condition, z, log_q, self.num_samples, training)

    def check(self, model: Any) -> None:
        """Refuse free bits: the bound has no KL of a dimension."""
        if model.free_bits:
            raise ValueError(
                f"`free_bits` must be 0 with the bound {type(self).__name__}, which has no KL for each dimension. "
                f"Received: free_bits={model.free_bits}"
            )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"num_samples": self.num_samples}


def first_draws(values: Tensor, num_samples: int) -> Tensor:
    """Return the first draw of each example of a tensor `(batch * num_samples, ...)`."""
    return ops.reshape(values, (-1, num_samples, *values.shape[1:]))[:, 0]
