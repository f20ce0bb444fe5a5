"""The means over an epoch that `fit` and `evaluate` log."""

import keras
from keras import ops


class Measures(keras.metrics.Metric):
    """The means of several scalars at once, each batch weighted by its size, so that a partial batch counts right.

    One vector of totals instead of a metric for each scalar: a few operations a step instead of a few for each.

    Args:
        names: The names of the scalars, in the order of the vector.
    """

    def __init__(self, names, name="loss"):
        super().__init__(name=name, dtype="float32")
        self.names = tuple(names)
        # "mean" over the replicas: each is told of the whole batch.
        self.totals = self.add_variable(
            shape=(len(self.names),), initializer="zeros", dtype="float32", aggregation="mean", name="totals"
        )
        self.weight = self.add_variable(
            shape=(), initializer="zeros", dtype="float32", aggregation="mean", name="weight"
        )

    def update_state(self, values: dict, weight):
        """Add a batch's means, a dict with the metric's names, with the batch's weight."""
        vector = ops.stack([ops.cast(values[name], "float32") for name in self.names])
        # A batch without weight adds nothing, also where its means are not finite.
        self.totals.assign_add(ops.where(weight > 0, vector * weight, 0.0))
        self.weight.assign_add(weight)

    def result(self) -> dict:
        """Return the mean of each scalar so far."""
        means = ops.divide_no_nan(ops.convert_to_tensor(self.totals), ops.convert_to_tensor(self.weight))
        return {name: means[i] for i, name in enumerate(self.names)}

    def weight_so_far(self) -> float:
        """Return the weight of all the batches so far."""
        return float(ops.convert_to_numpy(ops.convert_to_tensor(self.weight)))


class Count(keras.metrics.Metric):
    """A sum over an epoch, such as the number of skipped updates."""

    def __init__(self, name):
        super().__init__(name=name, dtype="float32")
        self.total = self.add_variable(shape=(), initializer="zeros", dtype="float32", aggregation="mean", name="total")

    def update_state(self, value):
        """Add a scalar."""
        self.total.assign_add(value)

    def result(self):
        """Return the sum so far, as a new tensor: PyTorch would hand out the variable itself."""
        return ops.convert_to_tensor(self.total) + 0.0
