"""The accuracy of a linear classifier on the codes."""

from keras_vae.arguments import at_least
from keras_vae.arrays import matrices
from keras_vae.evaluation.statistics.estimate import share_with_error


def linear_probe(codes_train, y_train, codes_test, y_test, regularization: float = 1.0) -> dict:
    """Fit a logistic regression on standardized codes and measure its accuracy on others.

    Args:
        codes_train: Array of shape `(n, latent_dim)`, such as posterior means.
        y_train: Array of shape `(n,)`, labels of at least two classes.
        codes_test: Array of shape `(m, latent_dim)`.
        y_test: Array of shape `(m,)`.
        regularization: Float above 0, the weight of the squared norm of the coefficients. Default 1.0.

    Returns:
        Dict: `accuracy` on the test codes, between 0 and 1, with its standard error, `train_accuracy`, `chance` (the
        share of the most frequent class), `num_train`, `num_test`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or there is one class only.

    Example:
    >>> codes = vae.encode(x_test)[0]
    >>> keras_vae.evaluation.linear_probe(codes, y_test, codes, y_test)["accuracy"]
    """
    from sklearn.linear_model import LogisticRegression  # late: importing scikit-learn takes a second
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    regularization = at_least("regularization", regularization, 0.0, strict=True)
    x_train, x_test = matrices.pair("codes_train", codes_train, "codes_test", codes_test, low_rows=1)
    y_train = matrices.labels("y_train", y_train, len(x_train))
    y_test = matrices.labels("y_test", y_test, len(x_test), low_classes=1)
    classifier = LogisticRegression(C=1.0 / regularization, max_iter=1000)
    probe = make_pipeline(StandardScaler(), classifier).fit(x_train, y_train)
    return {
        **share_with_error("accuracy", probe.predict(x_test) == y_test),
        "train_accuracy": float(probe.score(x_train, y_train)),
        "chance": matrices.chance(y_test),
        "num_train": len(x_train),
        "num_test": len(x_test),
    }
