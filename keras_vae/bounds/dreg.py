"""The importance-weighted bound with the doubly reparameterized gradient."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_vae.bounds.bound import known
from keras_vae.bounds.iwae import IWAE
from keras_vae.types import Tensor


@known("dreg")
class DReG(IWAE):
    """The value of `IWAE`, with a gradient of the encoder whose signal does not drown in noise as k grows.

    The path through a draw z_i counts by the square of its normalised weight, and log q(z|x) of a given z does not
    move the encoder. It decodes each draw twice, once for the weights. It needs a posterior that knows log q(z|x) at a
    given z.

    Args:
        num_samples: Int of at least 1, k. Default 5.

    Raises:
        ValueError: If `num_samples` is below 1, or, when the model is built, the posterior has no such density.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2)
    >>> vae = keras_vae.VAE(encoder, decoder, bound=keras_vae.bounds.DReG(5))

    Reference: Tucker et al. 2019, "Doubly reparameterized gradient estimators for Monte Carlo objectives", equation 8.
    """

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
        """Return what `IWAE.weighed` does, at draws whose gradient is scaled by their share of the weight."""
        still = (ops.stop_gradient(z), ops.stop_gradient(log_q))
        log_likelihood, log_ratio, _ = super().weighed(model, target, condition, encoded, *still, training)
        log_weight = log_likelihood + model.beta * log_ratio
        share = ops.stop_gradient(ops.exp(log_weight - ops.logsumexp(log_weight, axis=1, keepdims=True)))
        # logsumexp multiplies the gradient by the share once; the path through z needs it twice.
        share = ops.reshape(share, (-1, *(1 for _ in z.shape[1:])))
        z = share * z + ops.stop_gradient((1.0 - share) * z)
        log_q = model.posterior.log_prob(z, [ops.stop_gradient(part) for part in encoded])
        return super().weighed(model, target, condition, encoded, z, log_q, training)

    def check(self, model: Any) -> None:
        """Refuse a posterior that knows log q(z|x) at its own draws only."""
        super().check(model)
        if not model.posterior.has_log_prob:
            raise ValueError(
                f"`bound` must not be DReG with the posterior {type(model.posterior).__name__}, which knows log q(z|x) "
                "at its own draws only. Expected: IWAE, or a posterior with a density. Received: bound=DReG"
            )
