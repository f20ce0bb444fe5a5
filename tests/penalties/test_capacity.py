import numpy as np
import pytest
from contracts import config_round_trip, penalty_contract

from keras_vae import penalties, schedules

KL = np.array([1.0, 2.0, 6.0, 99.0], "float32")
WEIGHT = np.array([1.0, 1.0, 1.0, 0.0], "float32")


def test_contract():
    penalty_contract(penalties.Capacity(1000.0, 25.0))


@pytest.mark.parametrize("capacity", [1.0, 25.0])
def test_distance_of_the_kl_from_the_capacity(capacity):
    penalty = penalties.Capacity(10.0, capacity)
    value = penalty({"kl": KL}, sample_weight=WEIGHT)
    assert float(value) == pytest.approx(abs(3.0 - capacity), rel=1e-6)
    assert float(penalty.weight * value) == pytest.approx(10.0 * abs(3.0 - capacity), rel=1e-6)
    assert penalty.schedules() == {}


def test_a_capacity_that_rises():
    penalty = config_round_trip(penalties.Capacity(10.0, schedules.Linear(100, end=50.0)), "keras_vae.penalties")
    ((name, (variable, schedule)),) = penalty.schedules().items()
    assert name == "capacity" and variable is penalty.capacity and float(variable) == 0.0
    variable.assign(schedule(20))
    assert float(penalty({"kl": KL}, sample_weight=WEIGHT)) == pytest.approx(7.0)
    with pytest.raises(ValueError, match="`capacity` must be a number of at least 0"):
        penalties.Capacity(10.0, -1.0)
