"""The balls around the rows of one set of features, and which rows of another lie in them.

All distances are sums of squared differences in one order: the same two rows are always as far from each other, and a
row that lies on the edge of a ball lies in it. The quick x^2 + y^2 - 2xy would leave that to rounding.
"""

import functools

import numpy as np

from keras_vae.arrays import randomness
from keras_vae.evaluation.statistics import estimate

ENTRIES_AT_ONCE = 4_000_000
# The standard errors are those of so many rows of each set at most, scaled to all of them.
MOST_ROWS = 2000


def distances(first: np.ndarray, second: np.ndarray):
    """Yield parts of the squared distances between the rows of two sets: which rows of the first, and a matrix."""
    from scipy.spatial.distance import cdist

    rows = max(1, ENTRIES_AT_ONCE // len(second))
    for start in range(0, len(first), rows):
        part = slice(start, min(start + rows, len(first)))
        yield part, cdist(first[part], second, "sqeuclidean")


def radii(parts, num_neighbours: int) -> np.ndarray:
    """Return each row's squared distance to its k-th nearest other row, from the distances within its set."""
    radius = []
    for part, squared in parts:
        own = np.arange(len(squared)), np.arange(part.start, part.stop)
        squared = squared.copy()
        squared[own] = np.inf
        radius.append(np.partition(squared, num_neighbours - 1, axis=1)[:, num_neighbours - 1])
    return np.concatenate(radius)


def members(parts, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return in how many balls each row of the first set lies, and how many rows lie in each ball of the second."""
    per_row, per_ball = [], np.zeros(len(radius), dtype=int)
    for _, squared in parts:
        inside = squared <= radius
        per_row.append(np.count_nonzero(inside, axis=1))
        per_ball += np.count_nonzero(inside, axis=0)
    return np.concatenate(per_row), per_ball


def scores_and_errors(score, sets, num_neighbours: int, num_with_balls: int) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers that hang on distances only, and their standard errors over fresh rows of both sets.

    Args:
        score: Function from `between` to an array of numbers, where `between(i, j)` gives the parts of the squared
            distances from the rows of set i to those of set j.
        sets: The features of the data and those of the samples, arrays of shape `(n, num_features)`.
        num_neighbours: Int of at least 1, below the rows of the sets that have balls.
        num_with_balls: Int, 1 where the first set has balls, 2 where both have.
    """
    fewest = min(len(rows) for rows in sets[:num_with_balls])
    if num_neighbours >= fewest:
        raise ValueError(f"`num_neighbours` must be below the number of rows, {fewest}. Received: {num_neighbours}")
    kept = min(1.0, MOST_ROWS / max(map(len, sets)))
    chosen = [rows[randomness.rows("neighbourhoods", len(rows), int(kept * len(rows)), 0)] for rows in sets]

    @functools.cache
    def matrix(i, j):
        return np.concatenate([squared for _, squared in distances(chosen[i], chosen[j])])

    def of_half(*rows):
        return score(lambda i, j: [(slice(0, len(rows[i])), matrix(i, j)[np.ix_(rows[i], rows[j])])])

    # The variance goes with one over the number of rows.
    errors = np.sqrt(kept) * estimate.halves_error(of_half, [len(rows) for rows in chosen], num_neighbours + 1)
    values = score(lambda i, j: distances(sets[i], sets[j]))
    return values, np.broadcast_to(errors, len(values))
