"""The FactorVAE score."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import randomness
from keras_vae.evaluation.disentanglement import factors as factors_of_data
from keras_vae.evaluation.statistics.estimate import share_with_error


def factor_vae_score(
    codes,
    factors,
    discrete: Sequence[bool] | None = None,
    num_train: int = 10_000,
    num_test: int = 5_000,
    batch_size: int = 64,
    num_bins: int = 20,
    seed: int | None = 0,
) -> dict:
    """Return the accuracy of a majority vote of the least varying dimension for the factor that a batch shares.

    A vote is the dimension whose variance over `batch_size` examples with one value of a factor is the smallest
    share of its variance over all; a value that one row only has gives no vote, for nothing varies there. The votes
    that train and those that test come from disjoint halves of the rows. Dimensions that do not vary at all are left
    out.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        factors: Array of shape `(n, num_factors)`.
        discrete: A bool for each factor, or None: one is discrete if all its values are whole numbers. Default None.
        num_train: Int of at least 1, votes to train on. Default 10,000.
        num_test: Int of at least 1, votes to test on. Default 5,000.
        batch_size: Int of at least 2, examples a vote. Default 64.
        num_bins: Int of at least 2, into which a continuous factor is cut. Default 20.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `factor_vae_score`, the accuracy on the test votes (0 for a constant code), with its standard error over
        them (they share rows: over fresh data the score varies more, at 500 rows about four times as much);
        `train_accuracy`, `chance` = 1 / num_factors, `num_varying`, the dimensions that vary; the protocol.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or a factor is constant.

    Example:
    >>> factors = np.stack([np.arange(24) % 3, np.arange(24) % 2], axis=1)
    >>> keras_vae.evaluation.factor_vae_score(vae.encode(x_test)[0], factors, num_train=50, num_test=20)

    Reference: Kim and Mnih 2018, "Disentangling by factorising", section 4 and algorithm 2.
    """
    codes, factors = factors_of_data.check(codes, factors)
    num_train, num_test = whole_number("num_train", num_train), whole_number("num_test", num_test)
    batch_size = whole_number("batch_size", batch_size, low=2)
    classes = factors_of_data.as_classes(factors, discrete, num_bins)
    random = randomness.generator("factor_vae_score", seed)
    varying = codes.std(axis=0) > 1e-9 * np.maximum(1.0, np.abs(codes).max(axis=0))
    result = {"num_train": num_train, "num_test": num_test, "batch_size": batch_size, "seed": seed}
    result |= {"chance": 1.0 / factors.shape[1], "num_varying": int(varying.sum())}
    if not varying.any():
        return {"factor_vae_score": 0.0, "factor_vae_score_standard_error": 0.0, "train_accuracy": 0.0, **result}
    scaled = codes[:, varying] / codes[:, varying].std(axis=0)
    halves = np.array_split(random.permutation(len(codes)), 2)
    train, test = (
        _votes(scaled[half], classes[half], num, batch_size, random)
        for half, num in zip(halves, (num_train, num_test), strict=True)
    )
    factor_of_dimension = train.argmax(axis=0)
    train_hits, test_hits = (_hits(votes, factor_of_dimension) for votes in (train, test))
    return {
        **share_with_error("factor_vae_score", test_hits),
        "train_accuracy": float(train_hits.mean()),
        **result,
    }


def _votes(codes, classes, num_votes, batch_size, random):
    """Return how often each dimension varied least while each factor was held, `(num_factors, dimensions)`."""
    sharing = factors_of_data.Sharing(classes)
    held = np.arange(num_votes) % classes.shape[1]
    votes = np.zeros((classes.shape[1], codes.shape[1]), dtype=int)
    for factor in range(classes.shape[1]):
        rows = sharing.rows(factor, int(np.sum(held == factor)), random)
        for part in np.array_split(rows, max(1, len(rows) // 1000)):
            batch = codes[sharing.batches(part, factor, batch_size, random)]
            np.add.at(votes[factor], batch.var(axis=1, ddof=1).argmin(axis=1), 1)
    return votes


def _hits(votes, factor_of_dimension):
    """Return, a bool for each vote, whether its dimension stands for the factor that was held."""
    right = votes[factor_of_dimension, np.arange(votes.shape[1])].sum()
    return np.arange(votes.sum()) < right
