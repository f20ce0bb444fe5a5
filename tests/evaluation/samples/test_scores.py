"""Sample scores against closed forms, SciPy and loops over all pairs."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

from keras_vae import evaluation
from keras_vae.evaluation.samples import neighbourhoods

pytestmark = pytest.mark.plain

RANDOM = np.random.default_rng(0)
REAL, FAKE = RANDOM.normal(size=(400, 5)), RANDOM.normal(size=(300, 5)) @ RANDOM.normal(size=(5, 5)) + 0.5


def test_frechet_distance():
    result = evaluation.frechet_distance(REAL, FAKE)
    a, b = np.cov(REAL.T), np.cov(FAKE.T)
    exact = np.sum((REAL.mean(0) - FAKE.mean(0)) ** 2) + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert result["frechet_distance"] == pytest.approx(exact, rel=1e-9)
    assert evaluation.frechet_distance(REAL, REAL)["frechet_distance"] == pytest.approx(0.0, abs=1e-9)
    assert evaluation.frechet_distance(REAL, REAL + 2.0)["frechet_distance"] == pytest.approx(20.0)
    # a constant feature has a covariance without an inverse
    flat = REAL * [1, 1, 1, 1, 0]
    assert evaluation.frechet_distance(flat, flat)["frechet_distance"] == pytest.approx(0.0, abs=1e-9)


def test_its_standard_error_is_the_spread_over_repeated_draws():
    draws = [np.random.default_rng(i).normal(size=(2, 300, 3)) + [[[0.0]], [[1.0]]] for i in range(60)]
    results = [evaluation.frechet_distance(*pair) for pair in draws]
    spread = np.std([r["frechet_distance"] for r in results], ddof=1)
    assert np.mean([r["frechet_distance_standard_error"] for r in results]) == pytest.approx(spread, rel=0.35)


def test_kernel_distance():
    def kernel(x, y):
        return (x @ y / 5 + 1) ** 3

    small, other = REAL[:20], FAKE[:20]
    pairs = [(i, j) for i in range(20) for j in range(20) if i != j]
    within = sum(kernel(x[i], x[j]) for x in (small, other) for i, j in pairs) / len(pairs)
    across = np.mean([kernel(x, y) for x in small for y in other])
    from keras_vae.evaluation.samples.kernel_distance import _discrepancy

    assert _discrepancy(small, other) == pytest.approx(within - 2 * across)
    alike = evaluation.kernel_distance(REAL, RANDOM.normal(size=(400, 5)), subset_size=40)
    assert abs(alike["kernel_distance"]) < 4 * alike["kernel_distance_standard_error"]
    assert (alike["num_subsets"], alike["subset_size"]) == (10, 40)
    apart = evaluation.kernel_distance(REAL, FAKE)
    assert apart["kernel_distance"] > 4 * apart["kernel_distance_standard_error"] and apart["subset_size"] == 60


def balls(features, k):
    distances = cdist(features, features)
    np.fill_diagonal(distances, np.inf)
    return np.sort(distances, axis=1)[:, k - 1]


def test_precision_and_recall():
    result = evaluation.precision_recall(REAL, FAKE)
    distances = cdist(FAKE, REAL)
    assert result["precision"] == np.mean((distances <= balls(REAL, 3)[None, :]).any(axis=1))
    assert result["recall"] == np.mean((distances.T <= balls(FAKE, 3)[None, :]).any(axis=1))
    same = evaluation.precision_recall(REAL, REAL)
    assert same["precision"] == same["recall"] == 1.0
    narrow = evaluation.precision_recall(REAL, 0.1 * REAL)  # samples in the middle only
    assert narrow["precision"] == 1.0 and narrow["recall"] < 0.1
    apart = evaluation.precision_recall(REAL, REAL + 100)
    assert apart["precision"] == apart["recall"] == 0.0


def test_density_and_coverage():
    result = evaluation.density_coverage(REAL, FAKE)
    inside = cdist(FAKE, REAL) <= balls(REAL, 5)[None, :]
    assert result["density"] == pytest.approx(inside.sum() / (5 * len(FAKE)))
    assert result["coverage"] == np.mean(inside.any(axis=0))
    # of samples like the data: density 1, coverage 1 - (n - 1) ... (n - k) / ((2 n - 1) ... (2 n - k))
    alike = evaluation.density_coverage(REAL, RANDOM.normal(size=(400, 5)))
    expected = 1 - np.prod([(400 - i) / (800 - i) for i in range(1, 6)])
    assert alike["density"] == pytest.approx(1.0, abs=0.12) and alike["coverage"] == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(("scale", "num_features"), [(1.0, 5), (1.0, 64), (1000.0, 20)])
def test_of_their_own_copy_ties_decide_nothing(scale, num_features):
    """A row lies in its own ball and in those whose k-th neighbour it is, at the very edge: (k + 1) / k in the mean."""
    data = np.random.default_rng(2).normal(size=(300, num_features)) + scale
    alike = evaluation.density_coverage(data, data.copy())
    assert alike["density"] == pytest.approx(6 / 5, abs=1e-12) and alike["coverage"] == 1.0
    assert evaluation.density_coverage(data, data[::-1], num_neighbours=2)["density"] == pytest.approx(3 / 2, abs=1e-12)
    both = evaluation.precision_recall(data, data[::-1])
    assert both["precision"] == both["recall"] == 1.0


def test_many_rows_are_taken_in_parts(monkeypatch):
    whole = [score(REAL, FAKE) for score in (evaluation.precision_recall, evaluation.density_coverage)]
    monkeypatch.setattr(neighbourhoods, "ENTRIES_AT_ONCE", 3000)
    assert whole == [score(REAL, FAKE) for score in (evaluation.precision_recall, evaluation.density_coverage)]
    monkeypatch.setattr(neighbourhoods, "MOST_ROWS", 200)
    for before, score in zip(whole, (evaluation.precision_recall, evaluation.density_coverage), strict=True):
        for name, value in score(REAL, FAKE).items():
            assert value == pytest.approx(before[name], rel=0.6 if name.endswith("error") else 1e-12)


@pytest.mark.parametrize("scale", [1.0, 0.7])
def test_the_standard_errors_are_the_spread_over_fresh_rows_of_both_sets(scale):
    """With the balls or the data held they were 0.5 to 0.8 of it."""
    results, random = [], np.random.default_rng(3)
    for _ in range(80):
        pair = random.normal(size=(120, 4)), scale * random.normal(size=(100, 4)) + 0.5
        results.append({**evaluation.precision_recall(*pair), **evaluation.density_coverage(*pair)})
    for name in ("precision", "recall", "density", "coverage"):
        spread = np.std([result[name] for result in results], ddof=1)
        ratio = np.mean([result[f"{name}_standard_error"] for result in results]) / spread
        assert 0.8 < ratio < 1.3, (name, ratio)


def test_a_share_of_0_or_1_has_an_error():
    apart = evaluation.precision_recall(REAL, FAKE + 100)
    # half of Wilson's interval of one standard error: 1 / (2 (n + 1))
    assert apart["precision"] == 0.0 and apart["precision_standard_error"] == pytest.approx(0.5 / 301)
    assert evaluation.class_agreement([0, 1], [0, 1])["class_agreement_standard_error"] == pytest.approx(0.5 / 3)
    few = evaluation.density_coverage(REAL[:6], FAKE[:6])  # in half of them no row has a fifth neighbour
    assert np.isnan(few["density_standard_error"])


def test_class_agreement():
    result = evaluation.class_agreement(["a", "b", "b", "b"], ["a", "b", "a", "b"])
    assert result["class_agreement"] == 0.75
    assert result["agreement_per_class"] == {"a": 1.0, "b": pytest.approx(2 / 3)}
    assert result["class_agreement_standard_error"] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))


def test_principal_components():
    x = REAL @ RANDOM.normal(size=(5, 30))
    features = evaluation.principal_components(x, num_features=5)
    np.testing.assert_allclose(cdist(features(x[:9]), features(x[:9])), cdist(x[:9], x[:9]), atol=1e-9)
    assert evaluation.principal_components(x[:4])(x).shape == (400, 4)


def test_bad_input():
    cases = {
        "`generated` must have as many columns as real. Received: 3 and 5": lambda: evaluation.frechet_distance(
            REAL, FAKE[:, :3]
        ),
        "`real` must have at least 2 rows": lambda: evaluation.frechet_distance(REAL[:1], FAKE),
        "`generated` must be finite": lambda: evaluation.density_coverage(REAL, FAKE * np.nan),
        "`real` must have at least 10 rows": lambda: evaluation.kernel_distance(REAL[:9], FAKE),
        "`num_neighbours` must be below the number of rows, 3": lambda: evaluation.precision_recall(REAL[:3], FAKE),
        "`asked` must hold at least one label": lambda: evaluation.class_agreement([], []),
        r"`predicted` must have the shape \(2,\)": lambda: evaluation.class_agreement([0, 1], [0]),
        r"`real` must have the shape \(n, columns\)": lambda: evaluation.frechet_distance(REAL[0], FAKE),
    }
    for message, call in cases.items():
        with pytest.raises(ValueError, match=message):
            call()
