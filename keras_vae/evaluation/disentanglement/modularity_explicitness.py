"""Modularity and explicitness."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import randomness
from keras_vae.evaluation.disentanglement import factors as factors_of_data
from keras_vae.evaluation.disentanglement.information import code_factor_information


def modularity_explicitness(
    codes,
    factors,
    discrete: Sequence[bool] | None = None,
    num_train: int = 10_000,
    num_test: int = 5_000,
    num_bins: int = 20,
    seed: int | None = 0,
) -> dict:
    """Return modularity and explicitness.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        factors: Array of shape `(n, num_factors)`, at least two factors.
        discrete: A bool for each factor, or None: one is discrete if all its values are whole numbers. Default None.
        num_train: Int of at least 1, rows to train on. Default 10,000.
        num_test: Int of at least 1, rows to test on; of fewer rows in all both get their proportion. Default 5,000.
        num_bins: Int of at least 2, bins of the codes and of continuous factors. Default 20.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `modularity`, from 0 to 1, averaged over the dimensions (a dimension without any information counts 0),
        `explicitness`, the test area under the ROC curve of a logistic regression, averaged over the values and the
        factors: 0.5 is chance, 1 is perfect; the protocol.

    Raises:
        ValueError: If the arrays do not fit, are not finite, a factor is constant, or there is one factor only.

    Example:
    >>> factors = np.stack([np.arange(24) % 3, np.arange(24) % 2], axis=1)
    >>> keras_vae.evaluation.modularity_explicitness(vae.encode(x_test)[0], factors)["modularity"]

    Reference: Ridgeway and Mozer 2018, "Learning deep disentangled embeddings with the F-statistic loss", section 2.
    """
    codes, factors = factors_of_data.check(codes, factors)
    if factors.shape[1] < 2:
        raise ValueError("`factors` must have at least two columns: modularity compares them. Received: 1")
    num_bins = whole_number("num_bins", num_bins, low=2)
    train, test = factors_of_data.split(
        len(codes), num_train, num_test, randomness.generator("modularity_explicitness", seed)
    )
    classes = factors_of_data.as_classes(factors, discrete, num_bins)
    information = code_factor_information(codes[train], classes[train], None, num_bins)["information"]
    areas = [_area(codes[train], c[train], codes[test], c[test]) for c in classes.T]
    return {
        "modularity": float(_modularity(information).mean()),
        "explicitness": float(np.mean(areas)),
        "num_train": len(train),
        "num_test": len(test),
        "num_bins": num_bins,
        "seed": seed,
    }


def _modularity(information):
    """Return 1 - the mean squared information on the other factors, in units of that on the best one."""
    squared = information**2
    best = squared.max(axis=1)
    others = (squared.sum(axis=1) - best) / (information.shape[1] - 1)
    return np.where(best > 0.0, 1.0 - others / np.where(best > 0.0, best, 1.0), 0.0)


def _area(x_train, y_train, x_test, y_test):
    """Return the area under the ROC curve of each value against the others, averaged over the values."""
    from sklearn.linear_model import LogisticRegression  # late: importing scikit-learn takes a second
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x_train, y_train)
    probability = classifier.predict_proba(x_test)
    both = [(k, y_test == value) for k, value in enumerate(classifier.classes_) if 0 < np.sum(y_test == value)]
    return np.mean([roc_auc_score(is_value, probability[:, k]) for k, is_value in both if not is_value.all()])
