"""Codes whose disentanglement is known: one-to-one, rotated, constant, random."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from keras_vae import evaluation
from keras_vae.evaluation.disentanglement.factors import Sharing

pytestmark = pytest.mark.plain

RANDOM = np.random.default_rng(0)
SIZES = (3, 4, 2, 5)
FACTORS = np.stack([RANDOM.integers(0, size, 3000) for size in SIZES], axis=1)
CONTINUOUS = RANDOM.uniform(size=(3000, 4))
ROTATION = np.linalg.qr(RANDOM.normal(size=(4, 4)))[0]


def standardized(factors):
    return (factors - factors.mean(axis=0)) / factors.std(axis=0)


ONE_TO_ONE = (-FACTORS * [1.0, 0.3, -0.2, 2.0])[:, [2, 0, 3, 1]]
ROTATED = standardized(CONTINUOUS) @ ROTATION
NOISE = RANDOM.normal(size=(3000, 6))
CONSTANT = np.ones((3000, 4))

TREES = {"classifier": GradientBoostingClassifier(n_estimators=10, random_state=0)}
VOTES = {"num_train": 800, "num_test": 800}
SCORES = {
    "beta_vae_score": (evaluation.beta_vae_score, VOTES),
    "factor_vae_score": (evaluation.factor_vae_score, VOTES),
    "mutual_information_gap": (evaluation.mutual_information_gap, {}),
    "modularity": (evaluation.modularity_explicitness, {}),
    "interventional_robustness": (evaluation.interventional_robustness, {}),
    "disentanglement": (evaluation.dci, TREES),
    "completeness": (evaluation.dci, TREES),
}


@pytest.mark.parametrize("name", SCORES)
def test_a_one_to_one_code_scores_1(name):
    function, arguments = SCORES[name]
    assert function(ONE_TO_ONE, FACTORS, **arguments)[name] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("name", "constant"), [*((name, 0.0) for name in SCORES), ("beta_vae_score", 0.25)][1:])
def test_a_constant_code_scores_0(name, constant):
    """The beta-VAE score is an accuracy: of a constant code it is that of a guess."""
    function, arguments = SCORES[name]
    assert function(CONSTANT, FACTORS, **arguments)[name] == pytest.approx(constant, abs=0.06 if constant else 1e-9)


def test_a_rotated_code_has_no_gap():
    gap = evaluation.mutual_information_gap(ROTATED, CONTINUOUS)["mutual_information_gap"]
    aligned = evaluation.mutual_information_gap(standardized(CONTINUOUS), CONTINUOUS)["mutual_information_gap"]
    assert gap < 0.1 and aligned > 0.9
    assert evaluation.sap(ROTATED, CONTINUOUS)["sap"] < 0.35
    # half turns in two planes: each factor in two dimensions alike
    turn = np.kron(np.eye(2), np.array([[1.0, 1.0], [1.0, -1.0]]) / np.sqrt(2))
    halves = standardized(CONTINUOUS) @ turn
    assert evaluation.mutual_information_gap(halves, CONTINUOUS)["mutual_information_gap"] < 0.03
    assert evaluation.sap(halves, CONTINUOUS)["sap"] < 0.06


@pytest.mark.parametrize("name", ["beta_vae_score", "factor_vae_score"])
def test_a_random_code_is_a_guess(name):
    result = SCORES[name][0](NOISE, FACTORS, num_train=2000, num_test=2000)
    # the votes of a half share its rows: their error is larger than that of independent ones
    assert abs(result[name] - 0.25) < 0.06 and result["chance"] == 0.25


@pytest.mark.parametrize("n", [500, 1000, 2000])
def test_a_random_code_is_a_guess_on_few_rows_too(n):
    """Of 40 values few rows share one: a row that is its own partner, or alone, would tell the factor."""
    random = np.random.default_rng(n)
    factors = np.stack([random.integers(size, size=n) for size in (3, 6, 40, 32, 32)], axis=1)
    codes = random.normal(size=(n, 10))
    for score in (evaluation.beta_vae_score, evaluation.factor_vae_score):
        result = score(codes, factors, num_train=2000, num_test=1000)
        # over fresh rows the scores' standard deviation is 0.02 to 0.03 at 500 rows
        assert abs(result[score.__name__] - 0.2) < 0.08


def test_a_row_has_no_part_in_what_no_other_row_shares():
    classes = np.array([[0, 0], [0, 1], [1, 2], [1, 3], [1, 4], [2, 4]])
    sharing, random = Sharing(classes), np.random.default_rng(0)
    assert [group.tolist() for group in sharing.groups(0)] == [[0, 1], [2, 3, 4]]
    assert set(sharing.rows(0, 100, random)) == {0, 1, 2, 3, 4} and set(sharing.rows(1, 100, random)) == {4, 5}
    rows = sharing.rows(0, 1000, random)
    partners = sharing.partners(rows, 0, random)
    assert np.all(partners != rows) and np.all(classes[partners, 0] == classes[rows, 0])
    of_two = partners[rows == 2]
    assert set(of_two) == {3, 4} and abs(np.mean(of_two == 3) - 0.5) < 4 * 0.5 / np.sqrt(len(of_two))


def test_a_value_of_one_row_is_no_batch_and_no_group():
    """Codes of which nothing is known: single values must not look like held ones."""
    random = np.random.default_rng(1)
    single = np.where(random.random(2000) < 0.5, np.arange(2000), -1)  # half of the rows have a value of their own
    factors, codes = np.stack([single, random.integers(2, size=2000)], axis=1), random.normal(size=(2000, 4))
    result = evaluation.factor_vae_score(codes, factors, num_train=1000, num_test=1000)
    assert abs(result["factor_vae_score"] - 0.5) < 0.08
    strays = np.abs(codes[single < 0] - codes[single < 0].mean(axis=0))
    farthest = np.abs(codes - codes.mean(axis=0)).max(axis=0)
    robustness = evaluation.interventional_robustness(codes, factors)["robustness"][:, 0]
    np.testing.assert_allclose(robustness, 1 - np.quantile(strays, 0.99, axis=0) / farthest)
    with pytest.raises(ValueError, match="`factors` must have values that several rows share"):
        evaluation.interventional_robustness(codes, np.stack([np.arange(2000), factors[:, 1]], axis=1))


def test_a_random_code_tells_nothing():
    assert evaluation.mutual_information_gap(NOISE, FACTORS)["mutual_information_gap"] < 0.01
    assert evaluation.modularity_explicitness(NOISE, FACTORS)["explicitness"] == pytest.approx(0.5, abs=0.04)
    assert evaluation.dci(NOISE, FACTORS, **TREES)["informativeness"] < 0.4


def test_sap_and_explicitness_of_good_codes():
    assert evaluation.sap(standardized(CONTINUOUS), CONTINUOUS)["sap"] == pytest.approx(1.0, abs=0.01)
    binary = (FACTORS > 1).astype(int)[:, [0, 1, 3]]
    # two values: one dimension is right always, the next as often as the more frequent value
    frequent = np.mean([max(np.mean(column), 1 - np.mean(column)) for column in binary.T])
    assert evaluation.sap(standardized(binary), binary)["sap"] == pytest.approx(1 - frequent, abs=0.12)
    assert evaluation.modularity_explicitness(ONE_TO_ONE, FACTORS)["explicitness"] > 0.9
    assert evaluation.dci(ONE_TO_ONE, FACTORS, **TREES)["informativeness"] == 1.0


def test_the_information_of_discrete_codes_is_exact():
    result = evaluation.code_factor_information(ONE_TO_ONE, FACTORS)
    probabilities = [np.bincount(column) / 3000 for column in FACTORS.T]
    entropies = [-np.sum(p * np.log(p)) for p in probabilities]
    np.testing.assert_allclose(result["entropy"], entropies, rtol=1e-9)
    np.testing.assert_allclose(np.diag(result["information"][[1, 3, 0, 2]]), entropies, rtol=1e-9)


def test_modularity_and_robustness_by_hand():
    """A dimension that is the sum of two factors, and one that is a third: by the formulas."""
    factors = np.stack(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij"), axis=-1).reshape(-1, 3)
    factors = np.tile(factors, (20, 1))
    codes = np.stack([factors[:, 0] + factors[:, 1], factors[:, 2]], axis=1).astype(float)
    information = evaluation.code_factor_information(codes, factors)["information"]
    expected = [[0.5 * np.log(2), 0.5 * np.log(2), 0.0], [0.0, 0.0, np.log(2)]]
    np.testing.assert_allclose(information, expected, atol=1e-9)
    # 1 - (mean squared information on the other factors) / (best one squared): 1 - 1/2 and 1
    result = evaluation.modularity_explicitness(codes, factors, num_train=155, num_test=5)
    assert result["modularity"] == pytest.approx(0.75, abs=0.05)
    # given either of its factors the sum strays by 1/2, of at most 1; the third not at all: (1/2 * 1 + 1 * 1/2) / 1.5
    result = evaluation.interventional_robustness(codes, factors)
    np.testing.assert_allclose(result["robustness"], [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]], atol=1e-9)
    assert result["interventional_robustness"] == pytest.approx((1.0 * 0.5 + 0.5 * 1.0) / 1.5)


def test_models_that_agree_up_to_order_and_sign():
    codes = RANDOM.normal(size=(2000, 3))
    permuted, rotated = codes[:, [2, 0, 1]] * [-1, 2, 0.5], codes @ ROTATION[:3, :3]
    ones = np.ones(3)
    ranking = evaluation.unsupervised_disentanglement_ranking([codes, permuted, rotated], [ones] * 3)
    # the Lasso shrinks a coefficient of 1 by alpha = 0.1: r^2 / sum r = 0.9
    assert ranking["pairs"][0, 1] == pytest.approx(0.9, abs=1e-3)
    assert ranking["scores"][2] < ranking["scores"][0] - 0.05 and ranking["best"] in (0, 1)
    silent = [np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0])]  # z[2] and its image are left out
    assert evaluation.unsupervised_disentanglement_ranking([codes, permuted], silent)["pairs"][0, 1] > 0.89
    empty = evaluation.unsupervised_disentanglement_ranking([codes, permuted], [ones, 0 * ones])
    assert empty["scores"] == [0.0, 0.0]


GOLDEN = {
    "beta_vae_score": 0.92625,
    "factor_vae_score": 0.88125,
    "mutual_information_gap": 0.289048,
    "modularity": 0.804521,
    "interventional_robustness": 0.416527,
    "disentanglement": 0.412196,
    "completeness": 0.423176,
    "sap": 0.150901,
    "explicitness": 0.986795,
}


def test_scores_do_not_drift():
    """What scikit-learn gave when these were written: a new version that changes them must be seen."""
    random = np.random.default_rng(5)
    factors = np.stack([random.integers(0, size, 1000) for size in SIZES], axis=1)
    codes = standardized(factors) @ np.linalg.qr(np.random.default_rng(6).normal(size=(4, 4)))[0]
    codes = codes + 0.3 * random.normal(size=codes.shape)
    found = {name: function(codes, factors, **arguments)[name] for name, (function, arguments) in SCORES.items()}
    found["sap"] = evaluation.sap(codes, factors)["sap"]
    found["explicitness"] = evaluation.modularity_explicitness(codes, factors)["explicitness"]
    assert found == pytest.approx(GOLDEN, abs=2e-3)


ALL = [*{function for function, _ in SCORES.values()}, evaluation.sap]


@pytest.mark.parametrize("score", sorted(ALL, key=lambda f: f.__name__), ids=lambda f: f.__name__)
def test_bad_input(score):
    with pytest.raises(ValueError, match=r"`factors` must vary.* Received: constant columns \[1\] of 2"):
        score(NOISE, np.stack([FACTORS[:, 0], np.ones(3000)], axis=1))
    with pytest.raises(ValueError, match="`codes` must be finite. Received: 1 of 3000 rows with NaN"):
        codes = NOISE.copy()
        codes[7, 1] = np.nan
        score(codes, FACTORS)
    with pytest.raises(ValueError, match="`factors` must have 3000 rows, as the array beside it. Received: 5"):
        score(NOISE, FACTORS[:5])
    with pytest.raises(ValueError, match=r"`codes` must have at least 2 rows"):
        score(NOISE[:0], FACTORS[:0])
    with pytest.raises(ValueError, match="`discrete` must say it of each of 4 factors"):
        score(NOISE, FACTORS, discrete=[True])


def test_bad_input_of_some():
    single = FACTORS[:, :1]
    with pytest.raises(ValueError, match="`factors` must have at least two columns"):
        evaluation.beta_vae_score(NOISE, single)
    with pytest.raises(ValueError, match="`factors` must have at least two columns"):
        evaluation.modularity_explicitness(NOISE, single)
    with pytest.raises(ValueError, match="`factors` must have values that several rows share"):
        evaluation.factor_vae_score(NOISE, np.stack([np.arange(3000), FACTORS[:, 0]], axis=1))
    with pytest.raises(ValueError, match="`quantile` must be above 0 and at most 1"):
        evaluation.interventional_robustness(NOISE, FACTORS, quantile=0)
    with pytest.raises(ValueError, match="`codes` and `kl` must be of as many models, two or more. Received: 1, 1"):
        evaluation.unsupervised_disentanglement_ranking([NOISE], [np.ones(6)])
    with pytest.raises(ValueError, match=r"`kl\[1\]` must have the shape \(6,\)"):
        evaluation.unsupervised_disentanglement_ranking([NOISE, NOISE], [np.ones(6), np.ones(2)])
