"""Averages with standard errors."""

import numpy as np

from keras_vae.arrays import randomness

NUM_SPLITS = 20
NUM_GROUPS = 20


def mean_with_error(name: str, values) -> dict:
    """Return the mean of independent values under `name`, and its standard error; NaN where there are too few."""
    values = np.asarray(values, dtype="float64")
    mean = values.mean() if len(values) else np.nan
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return with_error(name, mean, error)


def share_with_error(name: str, hits) -> dict:
    """Return the share of true values among independent ones, with its binomial standard error."""
    hits = np.asarray(hits, dtype="float64")
    return with_error(name, hits.mean(), binomial_error(hits.mean(), len(hits)))


def binomial_error(share: float, n: int) -> float:
    """Return the standard error of a share of n; of 0 or 1, where it would be 0, half of Wilson's interval.

    Reference: Wilson 1927, "Probable inference, the law of succession, and statistical inference", of one standard
    error to each side: 1 / (2 (n + 1)) where all or none are hits.
    """
    if share in (0.0, 1.0):
        return 0.5 / (n + 1)
    return float(np.sqrt(share * (1.0 - share) / n))


def with_error(name: str, value: float, error: float) -> dict:
    """Return a number under `name`, and its standard error."""
    return {name: float(value), f"{name}_standard_error": float(error)}


def dependent_share(name: str, share: float, error: float, n: int) -> dict:
    """Return a share of n that are not independent, with its error: of 0 or 1 never less than if they were."""
    return with_error(name, share, np.fmax(error, binomial_error(share, n)) if share in (0.0, 1.0) else error)


def halves_error(score, sizes, low_rows: int = 1, num_splits: int = NUM_SPLITS, seed: int | None = 0) -> np.ndarray:
    """Return the standard error of a score of several sets of rows: from what it is on disjoint halves of them.

    The halves of each set share no row: so the difference of the score between them has twice its variance on half of
    the rows, which is four times its variance on all of them. That counts the randomness of each set, and holds where
    a score depends on rows that are neighbours, of which a bootstrap would make copies. Where the score's expectation
    is stationary (a distance between two sets of the same law) it is too large, by up to a half.

    Args:
        score: Function from an int array of rows for each set to a number or an array of them.
        sizes: The number of rows of each set.
        low_rows: Int; with fewer rows in a half the error is NaN. Default 1.
        num_splits: Int of at least 1, splits into halves, over which the squared difference is averaged. Default 20.
        seed: Int, or None, which draws anew at each call; of the splits. Default 0.
    """
    if min(sizes) // 2 < low_rows:
        return np.nan
    random = randomness.generator("halves", seed)
    squares = []
    for _ in range(num_splits):
        orders = [random.permutation(n)[: 2 * (n // 2)] for n in sizes]
        first, second = (np.asarray(score(*(order[half::2] for order in orders))) for half in (0, 1))
        squares.append((first - second) ** 2)
    return 0.5 * np.sqrt(np.mean(squares, axis=0))


def groups(n: int) -> np.ndarray:
    """Return at random, but always alike, which group each of n rows belongs to for the jackknife, `(n,)`."""
    return randomness.generator("groups", 0).permutation(n) % min(NUM_GROUPS, n)


def jackknife(values) -> float:
    """Return the standard error of a score from its values without each of some groups of rows; NaN of fewer than two.

    Reference: Efron and Tibshirani 1993, "An introduction to the bootstrap", section 11.5.
    """
    values = np.asarray(values, dtype="float64")
    return float(np.sqrt((len(values) - 1.0) * values.var())) if len(values) > 1 else np.nan
