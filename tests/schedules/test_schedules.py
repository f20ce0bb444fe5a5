import numpy as np
import pytest
from contracts import schedule_contract

from keras_vae import schedules

CASES = {
    "constant": (schedules.Constant(4.0), {0: 4.0, 10**6: 4.0}),
    "linear": (schedules.Linear(10, 0.5, 1.5), {0: 0.5, 5: 1.0, 10: 1.5, 99: 1.5}),
    "cosine": (schedules.Cosine(10), {0: 0.0, 2.5: 0.1464466, 5: 0.5, 10: 1.0, 99: 1.0}),
    "sigmoid": (schedules.Sigmoid(10, end=2.0), {0: 0.0, 5: 1.0, 10: 2.0, 99: 2.0}),
    "cyclical": (
        schedules.Cyclical(40),
        {0: 0.0, 2.5: 0.5, 5: 1.0, 7: 1.0, 10: 0.0, 12.5: 0.5, 39: 1.0, 40: 1.0, 99: 1.0},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_contract_and_values(name):
    schedule, values = CASES[name]
    schedule_contract(schedule)
    for step, expected in values.items():
        assert float(schedule(step)) == pytest.approx(expected, abs=1e-6), step
    assert schedules.get(schedule) is schedule


def test_sigmoid_is_a_stretched_logistic_curve():
    raw = 1 / (1 + np.exp(-12.0 * (0.3 - 0.5)))
    ends = 1 / (1 + np.exp(6.0)), 1 / (1 + np.exp(-6.0))
    assert float(schedules.Sigmoid(10)(3)) == pytest.approx((raw - ends[0]) / (ends[1] - ends[0]), rel=1e-5)


def test_bad_arguments():
    for make in (schedules.Linear, schedules.Cosine, schedules.Sigmoid, schedules.Cyclical):
        with pytest.raises(ValueError, match="`duration` must be a number above 0.0. Received: duration=0"):
            make(0)
        with pytest.raises(ValueError, match="`end` must be a number of at least 0.0. Received: end=-1"):
            make(5, end=-1)
    with pytest.raises(ValueError, match="`cycles` must be a whole number of at least 1"):
        schedules.Cyclical(5, cycles=0)
    with pytest.raises(ValueError, match="`rise` must be a share"):
        schedules.Cyclical(5, rise=1.5)
    with pytest.raises(ValueError, match="`level` must be a number"):
        schedules.Constant(-1)
    with pytest.raises(
        ValueError, match="`schedule` must be one of 'constant', 'cosine', .* Received: schedule='cubic'"
    ):
        schedules.get("cubic", duration=3)
    assert float(schedules.get("linear", duration=4)(1)) == 0.25


@pytest.mark.plain
def test_the_repr_has_the_arguments():
    assert repr(schedules.Cosine(9, end=4.0)) == "Cosine(duration=9.0, start=0.0, end=4.0)"
