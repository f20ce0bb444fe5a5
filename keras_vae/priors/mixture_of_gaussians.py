"""The mixture of Gaussians as a prior."""

import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import noise
from keras_vae.arguments import LARGEST, one_of, shape_text, whole_number
from keras_vae.distributions.normal import LOG_2_PI
from keras_vae.priors.prior import Prior, known
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike, Seed, Tensor


@known("mixture_of_gaussians")
class MixtureOfGaussians(Prior):
    """p(z) = sum_k w_k N(z; m_k, S_k), trained with the model, or fitted to its codes by `adapt`.

    It starts with equal weights, covariances I and means drawn from N(0, 0.25 I): equal means would stay equal. The
    KL has no closed form; it is estimated at the code that is decoded. Codes of any shape are taken as vectors of d
    numbers; `log_prob` needs memory for `batch * num_components * d` of them.

    Args:
        num_components: Int of at least 1. Default 10.
        covariance_type: "diag" or "full", as in scikit-learn: S_k is diagonal, or S_k = L_k L_k' with L_k lower
            triangular and a positive diagonal, d (d + 1) / 2 numbers a component. Default "diag".
        **kwargs: `name`, `dtype`, `trainable`, as for every Keras layer.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
    >>> prior = keras_vae.priors.MixtureOfGaussians(num_components=2)
    >>> prior.adapt(np.random.default_rng(0).normal(size=(100, 3)))
    >>> prior.sample(5, seed=0).shape
    (5, 3)

    References: Dempster et al. 1977, "Maximum likelihood from incomplete data via the EM algorithm", section 4.3
    (`adapt`); Tomczak and Welling 2018, "VAE with a VampPrior", section 4.1 (trained with the model).
    """

    def __init__(self, num_components: int = 10, covariance_type: str = "diag", **kwargs: Any):
        super().__init__(**kwargs)
        self.num_components = whole_number("num_components", num_components)
        self.covariance_type = one_of("covariance_type", covariance_type, ("diag", "full"))
        self._trained_with_model = True

    def connect(self, encode: Callable[[Tensor], list[Tensor]], posterior: Any, event_shape: tuple[int, ...]) -> None:
        """Take note of whether the model trains its prior: without a posterior it cannot, and `adapt` has to."""
        self._trained_with_model = posterior is not None

    @property
    def is_ready(self) -> bool:
        """Whether codes can be drawn: on the codes of an autoencoder only once `adapt` has been called."""
        return self._trained_with_model or bool(ops.convert_to_numpy(self.fitted))

    @property
    def is_adapted(self) -> bool:
        """Whether `adapt` has fitted the prior to an autoencoder's codes, which move on where training goes on."""
        return self.built and not self._trained_with_model and self.is_ready

    def build(self, input_shape: tuple) -> None:
        """Make the weights for codes of the shape `(batch, *latent_shape)`."""
        super().build(input_shape)
        k, d = self.num_components, self.latent_dim
        self.fitted = self.add_weight(name="fitted", shape=(), initializer="zeros", dtype="int32", trainable=False)
        self.logits = self.add_weight(name="logits", shape=(k,), initializer="zeros")
        start = keras.initializers.RandomNormal(stddev=0.5)
        self.means = self.add_weight(name="means", shape=(k, d), initializer=start)
        # exp(log_vars / 2) is the diagonal of L_k.
        self.log_vars = self.add_weight(name="log_vars", shape=(k, d), initializer="zeros")
        self.below = None
        if self.covariance_type == "full" and d > 1:
            self.below = self.add_weight(name="below", shape=(k, d * (d - 1) // 2), initializer="zeros")

    def factors(self) -> Tensor:
        """Return the L_k, lower triangular, with S_k = L_k L_k'; `(num_components, d, d)`."""
        d = self.latent_dim
        diagonals = ops.exp(0.5 * self.log_vars)[:, :, None] * ops.eye(d)
        if self.below is None:
            return diagonals
        places = np.zeros((d, d), "int32")  # 0 is the place of the zero above the diagonal
        places[np.tril_indices(d, -1)] = 1 + np.arange(d * (d - 1) // 2)
        return diagonals + ops.take(ops.pad(self.below, ((0, 0), (1, 0))), places, axis=1)

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log sum_k w_k N(z; m_k, S_k) in nats, a tensor of shape `(batch,)`."""
        z = ops.reshape(ops.cast(z, "float32"), (-1, 1, self.latent_dim))
        from_means = z - self.means
        if self.covariance_type == "diag":
            whitened = from_means * ops.exp(-0.5 * self.log_vars)
        else:
            factors = self.factors()
            inverses = ops.solve_triangular(factors, ops.broadcast_to(ops.eye(self.latent_dim), factors.shape), True)
            whitened = ops.einsum("kij,bkj->bki", inverses, from_means)
        log_densities = -0.5 * ops.sum(LOG_2_PI + self.log_vars + ops.square(whitened), axis=-1)
        return ops.logsumexp(log_densities + ops.log_softmax(self.logits), axis=-1)

    def sample(self, n: int, seed: Seed) -> Tensor:
        """Draw `n` codes: a component each, then m_k + L_k epsilon; a tensor of shape `(n, *latent_shape)`."""
        of_components, of_codes = noise.for_draws(seed, 2)
        k = keras.random.categorical(ops.log_softmax(self.logits)[None], n, dtype="int32", seed=of_components)[0]
        epsilon = keras.random.normal((n, self.latent_dim), dtype="float32", seed=of_codes)
        if self.covariance_type == "diag":
            coloured = ops.take(ops.exp(0.5 * self.log_vars), k, axis=0) * epsilon
        else:
            coloured = ops.einsum("nij,nj->ni", ops.take(self.factors(), k, axis=0), epsilon)
        return ops.reshape(ops.take(self.means, k, axis=0) + coloured, (n, *self.latent_shape))

    def adapt(self, codes: ArrayLike, seed: int = 0) -> None:
        """Fit the mixture to codes by scikit-learn's expectation maximisation, started by k-means.

        Args:
            codes: Array of shape `(n, *latent_shape)`, n at least `num_components` and 2. A prior that is not built
                takes the codes' shape from it.
            seed: Int of at least 0, of the start. Default 0.

        Raises:
            ValueError: If the codes are not finite, too few, or of another shape.
        """
        from sklearn.exceptions import ConvergenceWarning  # late: importing scikit-learn takes a second
        from sklearn.mixture import GaussianMixture

        codes = self._checked(codes)
        fitted = GaussianMixture(
            self.num_components,
            covariance_type=self.covariance_type,
            random_state=whole_number("seed", seed, low=0, high=2**32 - 1),
        )
        with warnings.catch_warnings():
            # The codes of a collapsed VAE coincide, which leaves components empty: the others are right.
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted.fit(codes.reshape(len(codes), -1))
        self.fitted.assign(1)
        self.logits.assign(np.log(fitted.weights_))
        self.means.assign(fitted.means_)
        if self.covariance_type == "diag":
            self.log_vars.assign(np.log(fitted.covariances_))
            return
        factors = np.linalg.cholesky(fitted.covariances_)
        self.log_vars.assign(2.0 * np.log(np.diagonal(factors, axis1=1, axis2=2)))
        if self.below is not None:
            rows, columns = np.tril_indices(self.latent_dim, -1)
            self.below.assign(factors[:, rows, columns])

    def _checked(self, codes):
        """Return codes to fit to as a float64 array, and build the prior for them if it is not built."""
        codes = np.asarray(as_rows("codes", codes), dtype="float64")
        if codes.ndim < 2 or (self.built and codes.shape[1:] != self.latent_shape) or not codes[0:1].size:
            expected = shape_text((None, *self.latent_shape)) if self.built else "(n, ...), with at least one row"
            raise ValueError(f"`codes` must have the shape {expected}. Received: codes of shape {codes.shape}")
        if len(codes) < max(self.num_components, 2):
            raise ValueError(
                f"`codes` must have at least a row for each of num_components={self.num_components}, and two. "
                f"Received: {len(codes)} rows"
            )
        if not np.all(np.abs(codes) <= LARGEST):  # NaN is not
            raise ValueError("`codes` must be finite in float32. Received: codes with NaN, infinity or beyond it")
        if not self.built:
            self.build((None, *codes.shape[1:]))
        return codes

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "num_components": self.num_components,
            "covariance_type": self.covariance_type,
        }
