"""The maximum mean discrepancy between codes and prior."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import at_least, one_of, shown
from keras_vae.penalties.penalty import Penalty, known
from keras_vae.schedules import Schedule
from keras_vae.types import Tensor

# Of the squared distance of two codes in units of the width.
KERNELS = {"imq": lambda squared: 1.0 / (1.0 + squared), "rbf": lambda squared: ops.exp(-squared)}


@known()
class MaximumMeanDiscrepancy(Penalty):
    """MMD^2 between the batch's codes and as many draws from the prior: the unbiased estimate, which may be below 0.

    The kernel is a sum over scales s of C / (C + |a - b|^2) ("imq") or exp(-|a - b|^2 / C) ("rbf"), C = 2 d s, d the
    numbers of a code: 2 d is the mean squared distance of two draws from N(0, I).

    Args:
        weight: Float of at least 0, or a schedule. Default 10.0.
        kernel: "imq" (inverse multiquadric) or "rbf" (Gaussian). Default "imq".
        scales: Floats above 0. Default (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0).
        name: Text, the name in the logs. Default "mmd".
        **kwargs: `dtype`, as for every Keras layer.

    Raises:
        ValueError: If an argument is out of its range; in training on several devices.

    Example:
    >>> penalty = keras_vae.penalties.MaximumMeanDiscrepancy(weight=10.0)
    >>> prior = keras_vae.priors.StandardNormal()
    >>> prior.build((None, 2))
    >>> codes = np.random.default_rng(0).normal(size=(100, 2))
    >>> penalty({"z": codes}, prior=prior, noise=keras.random.SeedGenerator(0))  # near 0

    References: Gretton et al. 2012, "A kernel two-sample test", lemma 6; Tolstikhin et al. 2018, "Wasserstein
    auto-encoders", algorithm 2 and section 4; Zhao et al. 2019, "InfoVAE", section 3.
    """

    needs_prior = True

    def __init__(
        self,
        weight: float | Schedule = 10.0,
        kernel: str = "imq",
        scales: Sequence[float] = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
        name: str = "mmd",
        **kwargs: Any,
    ):
        super().__init__(weight, name, **kwargs)
        self.kernel = one_of("kernel", kernel, KERNELS)
        if not isinstance(scales, (list, tuple)) or not scales:
            raise ValueError(f"`scales` must be a list of floats above 0. Received: scales={shown(scales)}")
        self.scales = tuple(float(at_least("scales", scale, 0.0, strict=True)) for scale in scales)

    def call(
        self,
        outputs: dict[str, Tensor],
        prior: Any = None,
        noise: keras.random.SeedGenerator | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return mean k(z, z') + mean k(p, p') - 2 mean k(z, p), over pairs of different rows in the first two."""
        self.require_whole_batch()
        (z,) = self.needed(outputs, "z")
        if prior is None or noise is None:
            raise ValueError(
                "`prior` and `noise` must be given to MaximumMeanDiscrepancy, which draws from the prior. Received: "
                f"prior={prior!r}, noise={noise!r}"
            )
        n = ops.shape(z)[0]
        p = ops.reshape(prior.sample(n, noise), ops.shape(z))
        counts = ops.ones((n,)) if sample_weight is None else ops.cast(sample_weight, "float32")
        # A row that does not count has a draw that does not count.
        pairs = counts[:, None] * counts[None, :]
        of_two = pairs * (1.0 - ops.eye(n))
        within = average(self.similarity(z, z) + self.similarity(p, p), of_two)
        return within - 2.0 * average(self.similarity(z, p), pairs)

    def similarity(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the kernel of each row of a with each row of b."""
        squared = ops.sum(ops.square(a), 1)[:, None] + ops.sum(ops.square(b), 1) - 2.0 * ops.matmul(a, ops.transpose(b))
        squared = ops.maximum(squared, 0.0)
        return sum(KERNELS[self.kernel](squared / (2.0 * a.shape[-1] * scale)) for scale in self.scales)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "kernel": self.kernel, "scales": list(self.scales)}


def average(values: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted mean of a matrix, 0 where no weight is above 0."""
    return ops.divide_no_nan(ops.sum(weights * values), ops.sum(weights))
