"""The agreement of a conditional model's samples with their classes."""

import numpy as np

from keras_vae.arrays import matrices
from keras_vae.evaluation.statistics.estimate import share_with_error
from keras_vae.rows import as_labels


def class_agreement(asked, predicted) -> dict:
    """Return how often a classifier finds the class that a conditional model was asked for.

    Args:
        asked: Array of shape `(n,)`, the labels that the samples were made for.
        predicted: Array of shape `(n,)`, the labels that a classifier gives the samples, such as
            `Classifier.predict`. Its own accuracy on data limits the score.

    Returns:
        Dict: `class_agreement`, from 0 to 1, with its binomial standard error; `agreement_per_class`, a dict from
        label to share; `num_samples`.

    Raises:
        ValueError: If the arrays differ in shape or are empty.

    Example:
    >>> keras_vae.evaluation.class_agreement([0, 1, 1], [0, 1, 0])["class_agreement"]
    """
    asked = as_labels("asked", asked)
    if not len(asked):
        raise ValueError("`asked` must hold at least one label. Received: none")
    hits = matrices.labels("predicted", predicted, len(asked), low_classes=1) == asked
    return {
        **share_with_error("class_agreement", hits),
        "agreement_per_class": {label.item(): float(hits[asked == label].mean()) for label in np.unique(asked)},
        "num_samples": len(asked),
    }
