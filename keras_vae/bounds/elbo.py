"""The evidence lower bound."""

from keras_vae.bounds.bound import Bound, known


@known("elbo")
class ELBO(Bound):
    """E_q[log p(x|z)] - beta KL(q(z|x) || p(z)): one draw, and the KL in closed form where there is one.

    Example:
    >>> encoder, decoder = keras_vae.networks.mlp((28, 28, 1), latent_dim=2)
    >>> vae = keras_vae.VAE(encoder, decoder, bound=keras_vae.bounds.ELBO())

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", equation 10.
    """

    def losses_of(self, model, x, y, sample_weight, training):
        """Return the losses of the model's `call`, to whose loss the KL layer adds beta * KL."""
        outputs = model(model.joined(x, y), sample_weight=sample_weight, training=training)
        return model.losses_of_outputs(x, y, outputs, sample_weight, training), outputs
