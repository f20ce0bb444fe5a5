import keras
import numpy as np
import pytest
from contracts import penalty_contract
from scipy import special, stats

from keras_vae import penalties, posteriors

RANDOM = np.random.default_rng(0)
MEAN, LOG_VAR = RANDOM.normal(size=(12, 3)), RANDOM.normal(size=(12, 3))
Z = MEAN + np.exp(LOG_VAR / 2) * RANDOM.normal(size=(12, 3))


def total_correlation(num_examples, rows, **arguments):
    outputs = {"z": Z[rows], "mean": MEAN[rows], "log_var": LOG_VAR[rows]}
    return float(penalties.TotalCorrelation(1.0, num_examples)(outputs, **arguments))


def log_q():
    return stats.norm(MEAN, np.exp(LOG_VAR / 2)).logpdf(Z[:, None])


def test_contract():
    penalty_contract(penalties.TotalCorrelation(5.0, num_examples=100))


def test_a_batch_of_the_whole_data_set_gives_the_exact_mixture():
    joint = special.logsumexp(log_q().sum(axis=2), axis=1) - np.log(12)
    marginals = special.logsumexp(log_q(), axis=1) - np.log(12)
    exact = np.mean(joint - marginals.sum(axis=1))
    assert total_correlation(12, slice(None)) == pytest.approx(exact, rel=1e-4)


def test_a_batch_estimates_the_density_without_bias():
    # Of one dimension log q(z) - log q(z) is 0: the shares themselves are looked at.
    penalty, rows = penalties.TotalCorrelation(1.0, 12), np.arange(1, 12)
    density, share = np.exp(log_q()[0, :, 0]), np.exp(keras.ops.convert_to_numpy(penalty.log_shares(5, None)))[0]
    estimates = [share @ density[[0, *RANDOM.permutation(rows)[:4]]] for _ in range(4000)]
    assert abs(np.mean(estimates) - density.mean()) < 4.0 * np.std(estimates) / np.sqrt(4000)


def test_rows_that_weigh_nothing_have_no_share():
    weight = np.array([1.0] * 5 + [0.0] * 7, "float32")
    alone = total_correlation(5, slice(5))
    assert total_correlation(5, slice(None), sample_weight=weight) == pytest.approx(alone, rel=1e-5)


class Other(posteriors.Posterior):
    """A posterior whose parameters bear the names of the Gaussian one's."""


def test_a_posterior_that_is_not_gaussian_is_refused():
    penalty = penalties.TotalCorrelation(1.0, 10)
    penalty.connect(posteriors.Gaussian())
    with pytest.raises(
        ValueError, match="TotalCorrelation needs the posterior Gaussian, .*. Received: the posterior Other"
    ):
        penalty.connect(Other())
    with pytest.raises(ValueError, match="Received: no posterior"):
        penalty.connect(None)


def test_arguments():
    with pytest.raises(ValueError, match="`num_examples` must be a whole number of at least 1"):
        penalties.TotalCorrelation(1.0, None)
