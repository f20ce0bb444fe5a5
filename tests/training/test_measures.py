import keras
import numpy as np
import pytest

from keras_vae.training.measures import Count, Measures


def scalar(value):
    return keras.ops.convert_to_tensor(np.float32(value))


def test_means_are_weighted_by_the_batch():
    measures = Measures(("a", "b"))
    measures.update_state({"a": scalar(1.0), "b": scalar(10.0)}, scalar(3.0))
    first = measures.result()
    measures.update_state({"a": scalar(5.0), "b": scalar(30.0)}, scalar(1.0))
    assert {k: float(v) for k, v in measures.result().items()} == {"a": 2.0, "b": 15.0}
    assert float(first["a"]) == pytest.approx(1.0)  # what was handed out does not change later
    measures.reset_state()
    assert float(measures.result()["a"]) == 0.0


def test_a_batch_without_weight_adds_nothing():
    measures = Measures(("a",))
    measures.update_state({"a": scalar(2.0)}, scalar(1.0))
    measures.update_state({"a": scalar(np.nan)}, scalar(0.0))
    assert float(measures.result()["a"]) == 2.0


def test_count_hands_out_a_copy():
    count = Count("skipped")
    count.update_state(scalar(1.0))
    result = count.result()
    count.reset_state()
    assert float(result) == 1.0 and float(count.result()) == 0.0
