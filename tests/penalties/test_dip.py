import numpy as np
import pytest
from contracts import penalty_contract

from keras_vae import penalties, posteriors
from keras_vae.batch import replicas

RANDOM = np.random.default_rng(0)
MEAN, LOG_VAR = RANDOM.normal(size=(7, 3)), RANDOM.normal(size=(7, 3))
CORNERS = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])  # their covariance is I


def of_covariance(covariance, diagonal):
    off = covariance - np.diag(np.diag(covariance))
    return np.sum(off**2) + diagonal * np.sum((np.diag(covariance) - 1.0) ** 2)


def test_contract():
    penalty_contract(penalties.DIPI())
    penalty_contract(penalties.DIPII())


def test_values_are_the_papers():
    covariance = np.cov(MEAN.T, bias=True)
    outputs = {"mean": MEAN, "log_var": LOG_VAR}
    assert float(penalties.DIPI()(outputs)) == pytest.approx(of_covariance(covariance, 10.0), rel=1e-4)
    covariance += np.diag(np.exp(LOG_VAR).mean(0))
    assert float(penalties.DIPII()(outputs)) == pytest.approx(of_covariance(covariance, 1.0), rel=1e-4)
    assert float(penalties.DIPII(diagonal=3.0)(outputs)) == pytest.approx(of_covariance(covariance, 3.0), rel=1e-4)


def test_zero_where_the_covariance_is_as_wanted():
    assert float(penalties.DIPI()({"mean": CORNERS + 5.0})) == pytest.approx(0.0, abs=1e-10)
    outputs = {"mean": 0.6 * CORNERS, "log_var": np.full((4, 2), np.log(0.64))}
    assert float(penalties.DIPII()(outputs)) == pytest.approx(0.0, abs=1e-10)


def test_weights_of_rows_count():
    weight = np.array([1.0, 2.0, 0.0, 1.0, 1.0, 1.0, 1.0])
    covariance = np.cov(MEAN.T, aweights=weight, bias=True)
    value = penalties.DIPI()({"mean": MEAN}, sample_weight=weight.astype("float32"))
    assert float(value) == pytest.approx(of_covariance(covariance, 10.0), rel=1e-4)


def test_several_devices_have_the_covariance_of_the_whole_batch():
    alone = float(penalties.DIPI()({"mean": np.tile(MEAN, (2, 1))}))
    with replicas.running(replicas.Replica(0, 2, lambda part: 2.0 * part)):  # its twin has the same rows
        assert float(penalties.DIPI()({"mean": MEAN})) == pytest.approx(alone, rel=1e-5)


def test_a_posterior_that_is_not_gaussian():
    penalties.DIPI().connect(None)
    penalties.DIPII().connect(posteriors.Gaussian())
    with pytest.raises(ValueError, match="DIPII needs the posterior Gaussian"):
        penalties.DIPII().connect(None)
