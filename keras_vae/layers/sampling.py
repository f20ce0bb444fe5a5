"""The reparameterization layer."""

import keras

from keras_vae.distributions import normal
from keras_vae.layers.gaussian_layer import GaussianLayer


@keras.saving.register_keras_serializable(package="keras_vae")
class Sampling(GaussianLayer):
    """Draws z = mean + exp(log_var / 2) * epsilon, epsilon ~ N(0, I): the reparameterization trick.

    It draws in training and in inference alike, never the same noise twice, and computes in float32.

    Args:
        seed: Int or None. Two layers with one seed draw one sequence of noise; None takes the seed from Python's
            `random`, which `keras.utils.set_random_seed` sets. Default None.

    Call arguments:
        inputs: `[mean, log_var]`, two float tensors of shape `(batch, latent_dim)`; `log_var` is the natural log
            of the variance.
        training: Bool; says which of the layer's two streams of noise is used.

    Returns:
        Tensor z of shape `(batch, latent_dim)`, float32, differentiable in `mean` and `log_var`.

    Raises:
        ValueError: If the inputs are not two tensors of one shape.

    Example:
    >>> mean, log_var = keras.ops.zeros((4, 2)), keras.ops.zeros((4, 2))
    >>> z = keras_vae.layers.Sampling(seed=1)([mean, log_var])
    >>> z.shape
    (4, 2)

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", section 2.4.
    """

    def call(self, inputs, training=None):
        """Draw one z for each row."""
        mean, log_var = inputs
        return normal.sample(mean, log_var, self.noise(training))

    def compute_output_shape(self, input_shape):
        """Return the shape of the mean."""
        return input_shape[0]

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "seed": self.seed}
