"""Probabilistic PCA, the optimum of a linear VAE."""

from keras_vae.arrays import matrices
from keras_vae.evaluation.baselines import splits
from keras_vae.evaluation.statistics.estimate import mean_with_error


def probabilistic_pca(x_train, x_test, num_components: int) -> dict:
    """Fit p(x) = N(mean, W W^T + sigma^2 I) by maximum likelihood and return the exact log-likelihood.

    A VAE with a linear encoder and decoder and one learned sigma (`Gaussian(sigma="learned")`) has this optimum: its
    ELBO on the training data approaches `train_log_likelihood` from below.

    Args:
        x_train: Array of shape `(n, ...)`.
        x_test: Array of shape `(m, ...)`.
        num_components: Int of at least 1, the columns of W, below the number of values of an example.

    Returns:
        Dict: `log_likelihood` of the test data and `train_log_likelihood`, log-densities in nats per example with
        standard errors over the examples; `sigma`, the noise's standard deviation; `num_components`.

    Raises:
        ValueError: If the arrays do not fit or are not finite, or there are not so many components.

    Example:
    >>> keras_vae.evaluation.probabilistic_pca(x_train, x_test, num_components=2)["log_likelihood"]

    Reference: Tipping and Bishop 1999, "Probabilistic principal component analysis", section 3.2.
    """
    from sklearn.decomposition import PCA  # late: importing scikit-learn takes a second

    x_train, x_test = splits.as_rows(x_train, x_test)
    matrices.require_different("x_train", x_train)
    high = min(len(x_train), x_train.shape[1]) - 1  # one component must be left for the noise
    num_components = splits.num_components(num_components, x_train, high)
    model = PCA(num_components, svd_solver="full").fit(x_train)
    return {
        **mean_with_error("log_likelihood", model.score_samples(x_test)),
        **mean_with_error("train_log_likelihood", model.score_samples(x_train)),
        "sigma": float(model.noise_variance_**0.5),
        "num_components": num_components,
    }
