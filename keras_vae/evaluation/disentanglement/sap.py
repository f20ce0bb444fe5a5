"""SAP, the separated attribute predictability."""

from collections.abc import Sequence

import numpy as np

from keras_vae.arrays import matrices, randomness
from keras_vae.evaluation.disentanglement import factors as factors_of_data


def sap(
    codes,
    factors,
    discrete: Sequence[bool] | None = None,
    num_train: int = 10_000,
    num_test: int = 5_000,
    seed: int | None = 0,
) -> dict:
    """Return the separated attribute predictability, averaged over the factors.

    A dimension's prediction of a discrete factor is the test accuracy of a linear support vector machine on it
    alone, of a continuous one the squared correlation.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        factors: Array of shape `(n, num_factors)`.
        discrete: A bool for each factor, or None: one is discrete if all its values are whole numbers. Default None.
        num_train: Int of at least 1, rows to train on. Default 10,000.
        num_test: Int of at least 1, rows to test on; of fewer rows in all both get their proportion. Default 5,000.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `sap`, from 0 to 1, `gap_per_factor`, a list; the protocol. A one-to-one code reaches 1 on continuous
        factors; on a discrete one less, as a machine on the next dimension still guesses, and no linear machine
        singles out a value that lies between others.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or a factor is constant.

    Example:
    >>> factors = np.arange(24).reshape(-1, 1) % 3
    >>> keras_vae.evaluation.sap(vae.encode(x_test)[0], factors)["sap"]

    Reference: Kumar et al. 2018, "Variational inference of disentangled latent concepts from unlabeled
    observations", section 3.
    """
    codes, factors = factors_of_data.check(codes, factors)
    train, test = factors_of_data.split(len(codes), num_train, num_test, randomness.generator("sap", seed))
    state, gaps = randomness.state(seed), []
    for factor, is_discrete in zip(factors.T, factors_of_data.are_discrete(factors, discrete), strict=True):
        if is_discrete:
            scores = [_accuracy(code[train], factor[train], code[test], factor[test], state) for code in codes.T]
        else:
            scores = [_squared_correlation(code[train], factor[train]) for code in codes.T]
        # A single latent dimension has no rival: chance, or no correlation, is the second one.
        alone = [matrices.chance(factor[test]) if is_discrete else 0.0] if len(scores) == 1 else []
        *_, second, best = alone + sorted(scores)
        gaps.append(max(0.0, best - second))
    return {
        "sap": float(np.mean(gaps)),
        "gap_per_factor": [float(gap) for gap in gaps],
        "num_train": len(train),
        "num_test": len(test),
        "seed": seed,
    }


def _accuracy(x_train, y_train, x_test, y_test, state):
    from sklearn.svm import LinearSVC  # late: importing scikit-learn takes a second

    if len(np.unique(y_train)) < 2:
        return float(np.mean(y_test == y_train[0]))
    machine = LinearSVC(C=0.01, class_weight="balanced", dual=False, random_state=state)
    return float(machine.fit(x_train[:, None], y_train).score(x_test[:, None], y_test))


def _squared_correlation(code, factor):
    if code.std() < 1e-6 or factor.std() == 0.0:
        return 0.0
    return float(np.corrcoef(code, factor)[0, 1] ** 2)
