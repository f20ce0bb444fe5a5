"""The data given to `fit`, `evaluate` and `predict`: checked, and made complete, before the first step."""

from dataclasses import dataclass
from typing import Any

from keras_vae.training import first_batch, sample_weight


@dataclass(frozen=True)
class GivenData:
    """What goes on to Keras.

    Args:
        x: An array, or a data set.
        y: None or an array, the target.
        sample_weight: None or an array of shape `(n,)`.
        first: A first batch `(x, y, sample_weight)`, or None where nothing is known before the first step.
    """

    x: Any
    y: Any
    sample_weight: Any
    first: tuple | None


def prepare(model, x, y=None, weights=None) -> GivenData:
    """Check data by their first batch, and build the model with it if it is not built yet.

    Args:
        model: A `Trainer`.
        x: What `fit` takes as x.
        y: None or an array. Labels are left out.
        weights: None or an array of shape `(n,)`, the sample weights. Keras would drop them without a y: the target
            is then said, which is x.

    Returns:
        A `GivenData`.

    Raises:
        ValueError: If a shape is wrong, or the weights are no weights.
    """
    first, x = first_batch.peek(x, y, weights)
    if first is None:
        return GivenData(x, y, weights, None)
    model.build_from(first[0])
    model.check_batch(*first[:2])
    if first[2] is not None:
        sample_weight.check_shape(first[2])
        sample_weight.check_values(first[2])
    y = model.without_labels(y)
    if weights is not None:
        weights = sample_weight.checked(weights, len(x))
        y = x if y is None else y
    return GivenData(x, y, weights, (first[0], model.without_labels(first[1]), first[2]))
