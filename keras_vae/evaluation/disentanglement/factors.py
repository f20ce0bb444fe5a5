"""Factors as classes, and rows that share a value."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import shown, whole_number
from keras_vae.arrays import matrices


def check(codes, factors) -> tuple[np.ndarray, np.ndarray]:
    """Return codes and factors as finite float64 matrices with a row for each example."""
    codes = matrices.vectors("codes", codes, low_rows=2)
    factors = matrices.matrix("factors", factors, rows=len(codes))
    constant = np.flatnonzero(np.ptp(factors, axis=0) == 0.0)
    if len(constant):
        raise ValueError(
            f"`factors` must vary: a constant factor cannot be found in any code. Received: constant columns "
            f"{constant.tolist()} of {factors.shape[1]}"
        )
    return codes, factors


def are_discrete(factors: np.ndarray, discrete: Sequence[bool] | None) -> list[bool]:
    """Return for each factor whether it is discrete: as given, or if all its values are whole numbers."""
    if discrete is None:
        return [bool(np.all(column == np.round(column))) for column in factors.T]
    try:
        given = np.asarray(discrete)
    except ValueError:  # lists of different lengths
        given = np.empty(0)
    if given.shape != (factors.shape[1],) or given.dtype.kind not in "bi" or isinstance(given, np.ma.MaskedArray):
        raise ValueError(f"`discrete` must say it of each of {factors.shape[1]} factors. Received: {shown(discrete)}")
    return [bool(value) for value in given]


def bins(values: np.ndarray, num_bins: int) -> np.ndarray:
    """Return the number of each value's bin, of `num_bins` between the column's lowest and highest value."""
    edges = np.linspace(values.min(axis=0), values.max(axis=0), num_bins + 1)[1:-1]
    return np.stack([np.digitize(column, edge) for column, edge in zip(values.T, edges.T, strict=True)], axis=1)


def as_classes(factors: np.ndarray, discrete: Sequence[bool] | None, num_bins: int) -> np.ndarray:
    """Return the factors as classes from 0: the values of a discrete one, the bins of a continuous one."""
    num_bins = whole_number("num_bins", num_bins, low=2)
    columns = []
    for j, is_discrete in enumerate(are_discrete(factors, discrete)):
        values = factors[:, j] if is_discrete else bins(factors[:, j : j + 1], num_bins)[:, 0]
        columns.append(np.unique(values, return_inverse=True)[1])
    return np.stack(columns, axis=1)


def split(n: int, num_train: int, num_test: int, random) -> tuple[np.ndarray, np.ndarray]:
    """Return disjoint rows to train and to test on: as many as asked, or all of them in the same proportion."""
    num_train = whole_number("num_train", num_train)
    num_test = whole_number("num_test", num_test)
    rows = random.permutation(n)
    if n < num_train + num_test:
        num_train = min(n - 1, max(1, round(n * num_train / (num_train + num_test))))
    return rows[:num_train], rows[num_train : num_train + num_test]


class Sharing:
    """Which rows share the value of a factor. A row whose value no other row has shares it with none: it is left out.

    Args:
        classes: Int array of shape `(n, factors)`.
    """

    def __init__(self, classes: np.ndarray):
        self.classes = classes
        self.order = np.argsort(classes, axis=0, kind="stable")
        self.place = np.argsort(self.order, axis=0)  # where each row stands in the order
        self.counts = [np.bincount(column) for column in classes.T]
        self.starts = [np.cumsum(count) - count for count in self.counts]
        for j, count in enumerate(self.counts):
            if count.max() < 2:
                raise ValueError(
                    "`factors` must have values that several rows share. Received: a different one in each of "
                    f"{len(classes)} rows in column {j}; a continuous factor is put into bins if `discrete` says so"
                )

    def groups(self, factor: int) -> list[np.ndarray]:
        """Return the rows of each value of a factor that several rows share."""
        groups = np.split(self.order[:, factor], self.starts[factor][1:])
        return [group for group in groups if len(group) > 1]

    def rows(self, factor: int, num: int, random) -> np.ndarray:
        """Draw `num` rows among those that share their value of a factor."""
        sharing = np.flatnonzero(self.counts[factor][self.classes[:, factor]] > 1)
        return sharing[random.integers(len(sharing), size=num)]

    def partners(self, rows: np.ndarray, factor: int, random) -> np.ndarray:
        """Draw for each row another row with its value of a factor: a row beside itself differs in nothing."""
        start, count = self._group(rows, factor)
        step = 1 + (random.random(len(rows)) * (count - 1)).astype(int)
        return self.order[start + (self.place[rows, factor] - start + step) % count, factor]

    def batches(self, rows: np.ndarray, factor: int, num: int, random) -> np.ndarray:
        """Draw for each row `num` rows of its value of a factor, each as often as another, `(len(rows), num)`."""
        start, count = self._group(rows, factor)
        place = random.random((len(rows), num)) * count[:, None]
        return self.order[start[:, None] + place.astype(int), factor]

    def _group(self, rows, factor):
        value = self.classes[rows, factor]
        return self.starts[factor][value], self.counts[factor][value]
