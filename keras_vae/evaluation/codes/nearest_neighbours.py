"""The accuracy of nearest neighbours on the codes."""

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices
from keras_vae.evaluation.statistics.estimate import share_with_error


def nearest_neighbours(codes_train, y_train, codes_test, y_test, num_neighbours: int = 5) -> dict:
    """Measure the accuracy of a vote of the nearest training codes, by the Euclidean distance.

    Args:
        codes_train: Array of shape `(n, latent_dim)`, such as posterior means.
        y_train: Array of shape `(n,)`, labels of at least two classes.
        codes_test: Array of shape `(m, latent_dim)`.
        y_test: Array of shape `(m,)`.
        num_neighbours: Int of at least 1, at most n. Default 5.

    Returns:
        Dict: `accuracy` on the test codes, between 0 and 1, with its standard error, `chance` (the share of the most
        frequent class), `num_neighbours`, `num_train`, `num_test`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or there is one class only.

    Example:
    >>> codes = vae.encode(x_test)[0]
    >>> keras_vae.evaluation.nearest_neighbours(codes, y_test, codes, y_test)["accuracy"]
    """
    from sklearn.neighbors import KNeighborsClassifier  # late: importing scikit-learn takes a second

    x_train, x_test = matrices.pair("codes_train", codes_train, "codes_test", codes_test, low_rows=1)
    y_train = matrices.labels("y_train", y_train, len(x_train))
    y_test = matrices.labels("y_test", y_test, len(x_test), low_classes=1)
    num_neighbours = whole_number("num_neighbours", num_neighbours)
    if num_neighbours > len(x_train):
        raise ValueError(
            f"`num_neighbours` must be at most the number of training codes, {len(x_train)}. Received: {num_neighbours}"
        )
    # The tree's distances are sums of squared differences; those by x^2 + y^2 - 2xy leave ties to rounding.
    vote = KNeighborsClassifier(num_neighbours, algorithm="kd_tree").fit(x_train, y_train)
    return {
        **share_with_error("accuracy", vote.predict(x_test) == y_test),
        "chance": matrices.chance(y_test),
        "num_neighbours": num_neighbours,
        "num_train": len(x_train),
        "num_test": len(x_test),
    }
