"""Principal components as features."""

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices


def principal_components(x_train, num_features: int = 64):
    """Return a function from data to their principal components, as features for the sample scores.

    Args:
        x_train: Array of shape `(n, ...)`.
        num_features: Int of at least 1; at most as many as n and the values of an example allow. Default 64.

    Returns:
        Function from an array `(m, ...)` to a float64 array of shape `(m, num_features)`.

    Raises:
        ValueError: If x_train is empty or not finite.

    Example:
    >>> features = keras_vae.evaluation.principal_components(x_train, num_features=8)
    >>> keras_vae.evaluation.frechet_distance(features(x_test), features(vae.sample(24)))["frechet_distance"]
    """
    from sklearn.decomposition import PCA  # late: importing scikit-learn takes a second

    x_train, num_features = matrices.flat("x_train", x_train), whole_number("num_features", num_features)
    with np.errstate(invalid="ignore"):  # data that all coincide have no variance to share
        pca = PCA(min(num_features, *x_train.shape), random_state=0).fit(x_train)
    return lambda x: pca.transform(matrices.same_columns("x_train", x_train, "x", matrices.flat("x", x))[1])
