"""The reparameterization layer."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_vae import posteriors
from keras_vae.arguments import true_or_false
from keras_vae.layers.posterior_layer import PosteriorLayer
from keras_vae.types import Tensor


@keras.saving.register_keras_serializable(package="keras_vae")
class Sampling(PosteriorLayer):
    """Draws z = mean + exp(log_var / 2) * epsilon, epsilon ~ N(0, I): the reparameterization trick.

    It draws in training and in inference alike, never the same noise twice, and computes in float32.

    Args:
        seed: Int or None. Two layers with one seed draw one sequence of noise; None takes the seed from Python's
            `random`, which `keras.utils.set_random_seed` sets. Default None.
        posterior: None (the Gaussian), a name or a `keras_vae.posteriors.Posterior`. Default None.
        return_log_prob: Bool; True returns log q(z|x) as well, for `KLDivergence(...)([...], z=z, log_q=log_q)`: some
            posteriors know it at their own draws only. Default False.

    Call arguments:
        inputs: The posterior's parameters; for the Gaussian `[mean, log_var]`, two float tensors of shape
            `(batch, latent_dim)` or `(batch, height, width, channels)`; `log_var` is the natural log of the variance.
        training: Bool; says which of the layer's two streams of noise is used.

    Returns:
        Tensor z of the shape of `mean`, float32, differentiable in the parameters; with `return_log_prob` a tuple of
        z and log q(z|x) in nats, `(batch,)`.

    Raises:
        ValueError: If the inputs are not the posterior's parameters.

    Example:
    >>> mean, log_var = keras.ops.zeros((4, 2)), keras.ops.zeros((4, 2))
    >>> z = keras_vae.layers.Sampling(seed=1)([mean, log_var])
    >>> z.shape
    (4, 2)

    Reference: Kingma and Welling 2014, "Auto-encoding variational Bayes", section 2.4.
    """

    def __init__(
        self,
        seed: int | None = None,
        posterior: str | posteriors.Posterior | None = None,
        return_log_prob: bool = False,
        **kwargs: Any,
    ):
        super().__init__(seed, posterior, **kwargs)
        self.return_log_prob = true_or_false("return_log_prob", return_log_prob)

    def call(self, inputs: Sequence[Tensor], training: bool | None = None) -> Tensor | tuple[Tensor, Tensor]:
        """Draw one z for each row."""
        z, log_q = self.draw(list(inputs), training)
        return (z, log_q) if self.return_log_prob else z

    def draw(self, parameters: Sequence[Tensor], training: bool | None = None) -> tuple[Tensor, Tensor]:
        """Draw one z for each row, and return it with log q(z|x), `(batch,)`."""
        return self.posterior.sample(parameters, self.noise(training))

    def compute_output_shape(self, input_shape: Sequence[tuple]) -> tuple:
        """Return the shape of the code, and that of log q(z|x) with it."""
        codes = (input_shape[0][0], *self.posterior.shape_of_codes(input_shape)[1:])
        return (codes, codes[:1]) if self.return_log_prob else codes

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "return_log_prob": self.return_log_prob}
