"""The beta-VAE score."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import randomness
from keras_vae.evaluation.disentanglement import factors as factors_of_data
from keras_vae.evaluation.statistics.estimate import share_with_error


def beta_vae_score(
    codes,
    factors,
    discrete: Sequence[bool] | None = None,
    num_train: int = 10_000,
    num_test: int = 5_000,
    batch_size: int = 64,
    num_bins: int = 20,
    seed: int | None = 0,
) -> dict:
    """Return the accuracy at which a logistic regression names the factor that pairs of examples share.

    A point is the mean of |z_1 - z_2| over `batch_size` pairs of two different rows that share the value of one
    factor; a row whose value no other has is in no pair of that factor. The points that train and those that test
    come from disjoint halves of the rows.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        factors: Array of shape `(n, num_factors)`.
        discrete: A bool for each factor, or None: one is discrete if all its values are whole numbers. Default None.
        num_train: Int of at least 1, points to train on. Default 10,000.
        num_test: Int of at least 1, points to test on. Default 5,000.
        batch_size: Int of at least 1, pairs a point. Default 64.
        num_bins: Int of at least 2, into which a continuous factor is cut. Default 20.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `beta_vae_score`, the accuracy on the test points, with its standard error over them (they share rows:
        over fresh data the score varies more, at 500 rows about four times as much); `train_accuracy`, `chance` =
        1 / num_factors; the protocol.

    Raises:
        ValueError: If the arrays do not fit, are not finite, a factor is constant, or there is one factor only.

    Example:
    >>> factors = np.stack([np.arange(24) % 3, np.arange(24) % 2], axis=1)
    >>> keras_vae.evaluation.beta_vae_score(vae.encode(x_test)[0], factors, num_train=50, num_test=20)

    Reference: Higgins et al. 2017, "beta-VAE", section 3 and algorithm 1.
    """
    from sklearn.linear_model import LogisticRegression  # late: importing scikit-learn takes a second
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    codes, factors = factors_of_data.check(codes, factors)
    num_train, num_test = whole_number("num_train", num_train), whole_number("num_test", num_test)
    batch_size = whole_number("batch_size", batch_size)
    num_factors = factors.shape[1]
    if num_factors < 2:
        raise ValueError("`factors` must have at least two columns: with one there is nothing to tell. Received: 1")
    classes = factors_of_data.as_classes(factors, discrete, num_bins)
    random = randomness.generator("beta_vae_score", seed)
    halves = np.array_split(random.permutation(len(codes)), 2)
    points = [
        _points(codes[half], classes[half], num, batch_size, random)
        for half, num in zip(halves, (num_train, num_test), strict=True)
    ]
    (x_train, y_train), (x_test, y_test) = points
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x_train, y_train)
    return {
        **share_with_error("beta_vae_score", classifier.predict(x_test) == y_test),
        "train_accuracy": float(classifier.score(x_train, y_train)),
        "chance": 1.0 / num_factors,
        "num_train": num_train,
        "num_test": num_test,
        "batch_size": batch_size,
        "seed": seed,
    }


def _points(codes, classes, num_points, batch_size, random):
    """Return points `(num_points, latent_dim)` and the factor that each one's pairs share."""
    sharing = factors_of_data.Sharing(classes)
    # As many points of each factor, so that every one is there.
    held = random.permutation(np.arange(num_points) % classes.shape[1])
    points = np.zeros((num_points, codes.shape[1]))
    for factor in range(classes.shape[1]):
        of_factor = np.flatnonzero(held == factor)
        for _ in range(batch_size):
            first = sharing.rows(factor, len(of_factor), random)
            second = sharing.partners(first, factor, random)
            points[of_factor] += np.abs(codes[first] - codes[second]) / batch_size
    return points, held
