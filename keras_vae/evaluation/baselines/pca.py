"""Principal component analysis, the best linear reconstruction."""

import numpy as np

from keras_vae.arrays import matrices
from keras_vae.evaluation.baselines import splits
from keras_vae.evaluation.statistics.estimate import mean_with_error


def pca(x_train, x_test, num_components: int) -> dict:
    """Measure the reconstruction of test data from their principal components, fitted on the training data.

    Args:
        x_train: Array of shape `(n, ...)`.
        x_test: Array of shape `(m, ...)`.
        num_components: Int of at least 1, such as the VAE's `latent_dim`.

    Returns:
        Dict: `mean_squared_error`, a value of x_test, with its standard error over the examples;
        `explained_variance`, the share of the training data's; `num_components`.

    Raises:
        ValueError: If the arrays do not fit or are not finite, or there are not so many components.

    Example:
    >>> keras_vae.evaluation.pca(x_train, x_test, num_components=2)["mean_squared_error"]
    """
    from sklearn.decomposition import PCA  # late: importing scikit-learn takes a second

    x_train, x_test = splits.as_rows(x_train, x_test)
    matrices.require_different("x_train", x_train)
    num_components = splits.num_components(num_components, x_train, min(x_train.shape))
    model = PCA(num_components, random_state=0).fit(x_train)
    x_hat = model.inverse_transform(model.transform(x_test))
    return {
        **mean_with_error("mean_squared_error", np.mean((x_test - x_hat) ** 2, axis=1)),
        "explained_variance": float(model.explained_variance_ratio_.sum()),
        "num_components": num_components,
    }
