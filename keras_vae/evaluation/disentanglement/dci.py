"""DCI: disentanglement, completeness and informativeness."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arguments import able
from keras_vae.arrays import randomness
from keras_vae.evaluation.disentanglement import factors as factors_of_data


def dci(
    codes,
    factors,
    discrete: Sequence[bool] | None = None,
    num_train: int = 10_000,
    num_test: int = 5_000,
    classifier=None,
    regressor=None,
    seed: int | None = 0,
) -> dict:
    """Return disentanglement, completeness and informativeness.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        factors: Array of shape `(n, num_factors)`.
        discrete: A bool for each factor, or None: one is discrete if all its values are whole numbers. A classifier
            of 40 classes takes 40 times as long as one regressor. Default None.
        num_train: Int of at least 1, rows to train on. Default 10,000.
        num_test: Int of at least 1, rows to test on; of fewer rows in all both get their proportion. Default 5,000.
        classifier: A scikit-learn classifier with `feature_importances_`, or None, gradient-boosted trees with
            scikit-learn's defaults. Default None.
        regressor: The same for continuous factors. Default None.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `disentanglement` (1: each dimension matters for one factor), `completeness` (1: each factor needs one
        dimension), both from 0 to 1, `informativeness`, the mean over the factors of the test accuracy or, of a
        continuous one, of R^2, `importance`, a float64 array of shape `(latent_dim, num_factors)`; the protocol.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or a factor is constant.

    Example:
    >>> factors = np.arange(24).reshape(-1, 1) % 3
    >>> keras_vae.evaluation.dci(vae.encode(x_test)[0], factors)["disentanglement"]

    Reference: Eastwood and Williams 2018, "A framework for the quantitative evaluation of disentangled
    representations", section 2.
    """
    from sklearn.base import clone  # late: importing scikit-learn takes a second
    from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

    codes, factors = factors_of_data.check(codes, factors)
    train, test = factors_of_data.split(len(codes), num_train, num_test, randomness.generator("dci", seed))
    state = randomness.state(seed)
    estimators = {
        True: _estimator("classifier", classifier, GradientBoostingClassifier(random_state=state)),
        False: _estimator("regressor", regressor, GradientBoostingRegressor(random_state=state)),
    }
    importances, scores = [], []
    for factor, is_discrete in zip(factors.T, factors_of_data.are_discrete(factors, discrete), strict=True):
        _require_two(factor[train])
        estimator = clone(estimators[is_discrete]).fit(codes[train], factor[train])
        importances.append(np.abs(estimator.feature_importances_))
        scores.append(estimator.score(codes[test], factor[test]))
    importance = np.stack(importances, axis=1)
    return {
        "disentanglement": _concentration(importance),
        "completeness": _concentration(importance.T),
        "informativeness": float(np.mean(scores)),
        "informativeness_per_factor": [float(score) for score in scores],
        "importance": importance,
        "num_train": len(train),
        "num_test": len(test),
        "seed": seed,
    }


def _estimator(name, value, default):
    expected = "a scikit-learn estimator with feature_importances_, or None"
    return default if value is None else able(name, value, ("fit", "get_params", "score"), expected)


def _concentration(importance):
    """Return 1 - the entropy of each row in units of its largest possible one, weighted by the rows' sums."""
    from scipy.stats import entropy

    sums = importance.sum(axis=1)
    if importance.shape[1] < 2 or sums.sum() == 0.0:
        return 1.0 if sums.sum() > 0.0 else 0.0
    rows = sums > 0.0
    concentration = 1.0 - entropy(importance[rows], axis=1, base=importance.shape[1])
    return float(np.average(concentration, weights=sums[rows]))


def _require_two(values):
    if np.ptp(values) == 0.0:
        raise ValueError("`num_train` must leave every factor two values at least. Received: rows with one value only")
