"""A mixture of Gaussians on the values themselves."""

import warnings

from keras_vae.arguments import at_least, whole_number
from keras_vae.arrays import randomness
from keras_vae.evaluation.baselines import splits
from keras_vae.evaluation.statistics.estimate import mean_with_error


def pixel_mixture(
    x_train,
    x_test,
    num_components: int = 10,
    smallest_sigma: float = 0.03,
    max_train: int = 10_000,
    seed: int | None = 0,
) -> dict:
    """Fit a mixture of Gaussians with diagonal covariances and return its log-likelihood.

    Args:
        x_train: Array of shape `(n, ...)`.
        x_test: Array of shape `(m, ...)`.
        num_components: Int of at least 1. Default 10.
        smallest_sigma: Float above 0, in the data's unit: the square root of what is added to each variance. A pixel
            that is always black would make the density infinite without it, and it decides the figure: state it.
            Default 0.03.
        max_train: Int of at least 2; of more training examples so many are taken at random. Default 10,000.
        seed: Int, or None, which draws anew at each call; of the examples taken and of the start. Default 0.

    Returns:
        Dict: `log_likelihood` of the test data, a log-density in nats per example, with its standard error over the
        examples; `num_components`, `smallest_sigma`, `num_train`, `seed`.

    Raises:
        ValueError: If the arrays do not fit or are not finite, or there are fewer examples than components.

    Example:
    >>> keras_vae.evaluation.pixel_mixture(x_train, x_test, num_components=2)["log_likelihood"]
    """
    from sklearn.exceptions import ConvergenceWarning  # late: importing scikit-learn takes a second
    from sklearn.mixture import GaussianMixture

    smallest_sigma = at_least("smallest_sigma", smallest_sigma, 0.0, strict=True)
    x_train, x_test = splits.as_rows(x_train, x_test)
    x_train = x_train[randomness.rows("pixel_mixture", len(x_train), whole_number("max_train", max_train, low=2), seed)]
    num_components = splits.num_components(num_components, x_train, len(x_train))
    mixture = GaussianMixture(
        num_components,
        covariance_type="diag",
        reg_covar=smallest_sigma**2,
        random_state=randomness.state(seed),
    )
    with warnings.catch_warnings():
        # Examples that coincide leave components empty: the others' density is right.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(x_train)
    return {
        **mean_with_error("log_likelihood", mixture.score_samples(x_test)),
        "num_components": num_components,
        "smallest_sigma": smallest_sigma,
        "num_train": len(x_train),
        "seed": seed,
    }
