"""A plain autoencoder of a VAE's networks, and the Gaussian on its codes that makes it generate."""

import warnings
from dataclasses import dataclass

import keras
import numpy as np

from keras_vae.arguments import at_least, whole_number
from keras_vae.arrays import checks as array_checks
from keras_vae.datasets import Batches
from keras_vae.evaluation import checks
from keras_vae.evaluation.forward import forward
from keras_vae.evaluation.progress import verbosity
from keras_vae.evaluation.samples import samplers


@dataclass(frozen=True)
class Autoencoder:
    """A trained autoencoder without noise and without a prior.

    Args:
        encoder: Keras model from x to the code.
        decoder: Keras model from the code to the mean of p(x|z).
    """

    encoder: keras.Model
    decoder: keras.Model

    def encode(self, x, batch_size: int = 256) -> np.ndarray:
        """Return the codes, a float32 array of shape `(n, latent_dim)`."""
        return forward(self.encoder, x, batch_size)

    def decode(self, z, batch_size: int = 256) -> np.ndarray:
        """Return the decoded data, a float32 array of shape `(n, ...)`."""
        return forward(self.decoder, z, batch_size, "z")

    def sample(self, x_train, n: int, num_components: int = 1, seed: int | None = 0) -> np.ndarray:
        """Fit a Gaussian (or a mixture) to the codes of the training data, and decode n draws from it."""
        codes = forward(self.encoder, x_train, name="x_train")
        return self.decode(samplers.gaussian_mixture(codes, n, num_components, seed))


def train_autoencoder(
    vae, x_train, epochs: int = 20, batch_size: int = 128, learning_rate: float = 1e-3, verbose: int = 0
) -> Autoencoder:
    """Train copies of a VAE's networks, from new weights, without noise and KL: minus the log-likelihood alone.

    Args:
        vae: `keras_vae.VAE`; it is left as it is.
        x_train: Array of shape `(n, ...)`.
        epochs: Int of at least 1. Default 20.
        batch_size: Int of at least 1. Default 128.
        learning_rate: Float above 0, Adam's. Default 1e-3.
        verbose: As for `keras.Model.fit`. Default 0.

    Returns:
        An `Autoencoder`, with `encode(x)`, `decode(z)` and `sample(x_train, n)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
    >>> autoencoder = keras_vae.evaluation.train_autoencoder(vae, x_train, epochs=1)
    >>> images = autoencoder.sample(x_train, 16)

    Reference: Ghosh et al. 2020, "From variational to deterministic autoencoders", section 4.
    """
    checks.vae("vae", vae, "require_built", "event_shape", "likelihood")
    epochs, batch_size = whole_number("epochs", epochs), whole_number("batch_size", batch_size)
    learning_rate = at_least("learning_rate", learning_rate, 0.0, strict=True)
    verbose = verbosity(verbose)
    vae.require_built()
    x_train = array_checks.rows("x_train", x_train, vae.event_shape)
    checks.flat("x_train", x_train)
    x_train = np.asarray(x_train, "float32")
    new = type(vae).from_config(vae.get_config())
    x = keras.Input(vae.event_shape)
    code = new.encoder(x)[0]
    parameters = new.decoder(code)
    # The likelihood is a layer: a learned scale is trained with the networks.
    loss = keras.Model(x, -new.likelihood(x, parameters))
    loss.compile(keras.optimizers.Adam(learning_rate), lambda _, minus_log_likelihood: minus_log_likelihood)
    batches = Batches((x_train, np.zeros(len(x_train), "float32")), batch_size, remainder="pad")
    with warnings.catch_warnings():
        # An autoencoder has no use for the encoder's log_var, and Keras warns of weights without a gradient.
        warnings.filterwarnings("ignore", message="Gradients do not exist for variables")
        loss.fit(batches, epochs=epochs, shuffle=False, verbose=verbose)
    z = keras.Input(code.shape[1:])
    return Autoencoder(keras.Model(x, code), keras.Model(z, new.likelihood.mean(new.decoder(z))))
