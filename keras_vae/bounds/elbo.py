"""The evidence lower bound."""

from typing import Any

from keras_vae.bounds.bound import Bound, known
from keras_vae.types import Tensor


@known("elbo")
class ELBO(Bound):
    """E_q[log p(x|z)] - beta KL(q(z|x) || p(z)): one draw, and the KL in closed form where there is one.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2)
    >>> vae = keras_vae.VAE(encoder, decoder, bound=keras_vae.bounds.ELBO())

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", equation 10.
    """

    def losses_of(
        self, model: Any, x: Tensor, y: Tensor | None, sample_weight: Tensor | None, training: bool
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the losses of the model's `call`, to whose loss the KL layer adds beta * KL."""
        outputs = model(model.joined(x, y), sample_weight=sample_weight, training=training)
        return model.losses_of_outputs(x, y, outputs, sample_weight, training), outputs
