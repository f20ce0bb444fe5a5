"""The means and the counts of an epoch that `fit` and `evaluate` log."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.types import Tensor


class OfAnEpoch(keras.metrics.Metric):
    """A metric whose state is no part of a model's file: each epoch starts anew, and the names may have changed."""

    def save_own_variables(self, store: Any) -> None:
        """Save nothing."""

    def load_own_variables(self, store: Any) -> None:
        """Load nothing."""


class Measures(OfAnEpoch):
    """The means of several scalars at once, each batch weighted by its size, so that a partial batch counts right.

    One vector of totals and one of weights instead of a metric for each scalar: a few operations a step instead of a
    few for each. Each scalar has its own weight: a phase gives some of them, and of a batch that it skips none.

    Args:
        names: The names of the scalars, in the order of the vector.
    """

    def __init__(self, names: Iterable[str], name: str = "loss"):
        super().__init__(name=name, dtype="float32")
        self.names = tuple(names)
        # "mean" over the replicas: each is told of the whole batch.
        self.totals, self.weights = (
            self.add_variable(
                shape=(len(self.names),), initializer="zeros", dtype="float32", aggregation="mean", name=name
            )
            for name in ("totals", "weights")
        )

    def update_state(self, values: dict[str, Tensor], weight: Tensor) -> None:
        """Add a batch's means, a dict with some of the metric's names, with the batch's weight."""
        if not values.keys() <= set(self.names):
            raise ValueError(
                f"A phase's losses must have names among the model's measures {list(self.names)}. Received: "
                f"{sorted(values.keys() - set(self.names))}"
            )
        vector = ops.stack([ops.cast(values.get(name, 0.0), "float32") for name in self.names])
        if len(values) < len(self.names):
            weight = weight * ops.convert_to_tensor([float(name in values) for name in self.names])
        # A batch without weight adds nothing, also where its means are not finite.
        self.totals.assign_add(ops.where(weight > 0, vector * weight, 0.0))
        self.weights.assign_add(weight)

    def result(self) -> dict[str, Tensor]:
        """Return the mean of each scalar so far."""
        means = ops.divide_no_nan(ops.convert_to_tensor(self.totals), ops.convert_to_tensor(self.weights))
        return {name: means[i] for i, name in enumerate(self.names)}

    def weight_so_far(self) -> float:
        """Return the weight of all the batches that some scalar has been given for."""
        return float(np.max(ops.convert_to_numpy(ops.convert_to_tensor(self.weights))))


class Count(OfAnEpoch):
    """A sum over an epoch, such as the number of skipped updates."""

    def __init__(self, name: str):
        super().__init__(name=name, dtype="float32")
        self.total = self.add_variable(shape=(), initializer="zeros", dtype="float32", aggregation="mean", name="total")

    def update_state(self, value: Tensor) -> None:
        """Add a scalar."""
        self.total.assign_add(value)

    def result(self) -> Tensor:
        """Return the sum so far, as a new tensor: PyTorch would hand out the variable itself."""
        return ops.convert_to_tensor(self.total) + 0.0

    def so_far(self) -> int:
        """Return the sum so far as a whole number."""
        return int(round(float(ops.convert_to_numpy(self.result()))))
