"""The aggregate posterior and what is made of it: mutual information, aggregate KL, prior holes."""

import numpy as np
import pytest
from scipy.stats import chi2, multivariate_normal

from keras_vae import evaluation
from keras_vae.evaluation.codes import aggregate_posterior

pytestmark = pytest.mark.plain(why="of a backend is only the closed form of two Gaussians: tests/distributions")

RANDOM = np.random.default_rng(0)
MEAN, LOG_VAR = RANDOM.normal(size=(150, 3)), RANDOM.normal(size=(150, 3)) * 0.5 - 1.0


def test_its_density_is_the_mixture(monkeypatch):
    z = RANDOM.normal(size=(20, 3)) * 2
    densities = [multivariate_normal(m, np.diag(np.exp(v))).pdf(z) for m, v in zip(MEAN, LOG_VAR, strict=True)]
    np.testing.assert_allclose(aggregate_posterior.log_prob(z, MEAN, LOG_VAR), np.log(np.mean(densities, axis=0)))
    monkeypatch.setattr(aggregate_posterior, "ENTRIES_AT_ONCE", 400)
    np.testing.assert_allclose(aggregate_posterior.log_prob(z, MEAN, LOG_VAR), np.log(np.mean(densities, axis=0)))


def test_codes_far_apart_tell_everything():
    n = 64
    mean = 100.0 * np.arange(n)[:, None] * np.ones((1, 2))
    result = evaluation.mutual_information(mean, np.zeros((n, 2)), seed=0)
    assert result["mutual_information"] == pytest.approx(np.log(n), abs=1e-6)
    assert result["largest_possible"] == pytest.approx(np.log(n))


def test_equal_codes_tell_nothing():
    mean, log_var = np.full((50, 2), 0.5), np.full((50, 2), np.log(0.25))
    result = evaluation.mutual_information(mean, log_var, num_samples=200, seed=0)
    exact = 2 * 0.5 * (0.25 + 0.25 - 1 - np.log(0.25))
    assert result["mutual_information"] == pytest.approx(0.0, abs=1e-9)
    assert abs(result["aggregate_kl"] - exact) < 4 * result["aggregate_kl_standard_error"]


def test_two_codes_against_a_numeric_integral():
    mean, log_var = np.array([[-1.0], [1.0]]), np.zeros((2, 1))
    z = np.linspace(-12, 12, 20001)
    p, q = (np.exp(-0.5 * (z - m) ** 2) / np.sqrt(2 * np.pi) for m in (-1, 1))
    exact = np.trapezoid(p * np.log(p / (0.5 * p + 0.5 * q)), z)
    result = evaluation.mutual_information(mean, log_var, num_samples=20_000, seed=0)
    assert abs(result["mutual_information"] - exact) < 4 * 0.7 / np.sqrt(40_000)


@pytest.mark.parametrize("seed", range(5))
def test_the_kl_is_the_sum_of_its_parts(seed):
    random = np.random.default_rng(seed)
    mean, log_var = random.normal(size=(200, 4)) * 2, random.normal(size=(200, 4)) - 1
    result = evaluation.mutual_information(mean, log_var, seed=seed)
    exact = 0.5 * np.sum(np.exp(log_var) + mean**2 - 1 - log_var) / 200
    assert result["kl_in_closed_form"] == pytest.approx(exact, rel=1e-5)
    assert result["kl"] == pytest.approx(result["mutual_information"] + result["aggregate_kl"], rel=1e-9)
    assert abs(result["kl"] - exact) < 4 * result["identity_gap_standard_error"]
    assert 0 <= result["mutual_information"] <= result["largest_possible"]


def test_another_prior():
    wide = {"log_prior": lambda z: multivariate_normal(np.zeros(3), 4 * np.eye(3)).logpdf(z)}
    ours = evaluation.mutual_information(MEAN, LOG_VAR, seed=0, **wide)
    standard = evaluation.mutual_information(MEAN, LOG_VAR, seed=0)
    assert ours["mutual_information"] == standard["mutual_information"] and "kl_in_closed_form" not in ours
    assert ours["aggregate_kl"] != standard["aggregate_kl"]


@pytest.mark.parametrize("latent_dim", [2, 20])
def test_holes_have_the_mass_of_the_chi_distribution(latent_dim):
    """Where q = N(0, s^2 I), q < t p is outside the radius r^2 = (log(1 / t) - d log s) / ((1 / s^2 - 1) / 2)."""
    s, t, shape = 0.6, 0.1, (5, latent_dim)
    result = evaluation.prior_holes(np.zeros(shape), np.full(shape, 2 * np.log(s)), t, seed=0)
    exact = chi2(latent_dim).sf((np.log(1 / t) - latent_dim * np.log(s)) / ((1 / s**2 - 1) / 2))
    assert 0.01 < exact < 0.9
    assert abs(result["prior_holes"] - exact) < 4 * result["prior_holes_standard_error"]
    whole = evaluation.prior_holes(np.zeros(shape), np.zeros(shape), seed=0)
    assert whole["prior_holes"] == 0.0


def test_where_both_densities_are_equal_is_no_hole():
    """q = p everywhere: of the mass nothing is where q < p, whatever the rounding."""
    assert evaluation.prior_holes(np.zeros((7, 3)), np.zeros((7, 3)), 1.0, seed=0)["prior_holes"] == 0.0


def test_the_standard_errors_are_the_spread_over_fresh_examples():
    """With q(z) held, that of the holes was 0.7 of it."""
    random, results = np.random.default_rng(4), []
    for seed in range(80):
        mean, log_var = random.normal(size=(150, 4)) * np.sqrt(0.8), np.full((150, 4), np.log(0.2))
        holes = evaluation.prior_holes(mean, log_var, num_samples=1500, seed=seed)
        results.append({**evaluation.mutual_information(mean, log_var, 3, seed=seed), **holes})
    for name in ("mutual_information", "prior_holes"):
        spread = np.std([result[name] for result in results], ddof=1)
        ratio = np.mean([result[f"{name}_standard_error"] for result in results]) / spread
        assert 0.8 < ratio < 1.4, (name, ratio)


def test_the_mixture_without_a_group():
    z, group = RANDOM.normal(size=(20, 3)), np.arange(150) % 3
    found = aggregate_posterior.log_prob_with_and_without(z, MEAN, LOG_VAR, group)
    expected = [aggregate_posterior.log_prob(z, MEAN[kept], LOG_VAR[kept]) for kept in [group >= 0]]
    expected += [aggregate_posterior.log_prob(z, MEAN[group != g], LOG_VAR[group != g]) for g in range(3)]
    np.testing.assert_allclose(found, np.stack(expected, axis=1))


def test_one_example_has_no_standard_error():
    one = evaluation.mutual_information(np.zeros((1, 2)), np.zeros((1, 2)), seed=0)
    assert abs(one["mutual_information"]) < 1e-12 and np.isnan(one["mutual_information_standard_error"])
    holes = evaluation.prior_holes(np.zeros((1, 2)), np.zeros((1, 2)), seed=0)
    assert holes["prior_holes"] == 0.0 and np.isnan(holes["prior_holes_standard_error"])


def test_the_map_holds_both_densities():
    mean, log_var = MEAN[:, :2], LOG_VAR[:, :2]
    maps = evaluation.prior_hole_map(mean, log_var, n=61, extent=6.0)
    cell = (12.0 / 60) ** 2
    assert maps["prior"].sum() * cell == pytest.approx(1.0, abs=1e-3)
    assert maps["aggregate_posterior"].sum() * cell == pytest.approx(1.0, abs=1e-3)
    z = np.array([[maps["grid"][10], maps["grid"][40]]])  # row 40 is z[1], column 10 is z[0]
    assert maps["aggregate_posterior"][40, 10] == pytest.approx(
        np.exp(aggregate_posterior.log_prob(z, mean, log_var)[0])
    )


def test_bad_input():
    cases = {
        "`mean` must be finite. Received: 1 of 3 rows with NaN": lambda: evaluation.mutual_information(
            [[0.0], [np.nan], [1.0]], np.zeros((3, 1))
        ),
        "`log_var` must have the shape of mean": lambda: evaluation.mutual_information(MEAN, LOG_VAR[:5]),
        "`num_samples` must be a whole number": lambda: evaluation.mutual_information(MEAN, LOG_VAR, 0),
        "`threshold` must be a number above 0": lambda: evaluation.prior_holes(MEAN, LOG_VAR, threshold=0),
        "`prior_codes` and `log_prior` must be given together": lambda: evaluation.prior_holes(
            MEAN, LOG_VAR, prior_codes=MEAN
        ),
        "`mean` must have 2 columns": lambda: evaluation.prior_hole_map(MEAN, LOG_VAR),
        "`mean` must have at least 1 rows": lambda: evaluation.mutual_information(MEAN[:0], LOG_VAR[:0]),
    }
    for message, call in cases.items():
        with pytest.raises(ValueError, match=message):
            call()
