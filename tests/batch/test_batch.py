import keras
import numpy as np
import pytest

from keras_vae import batch

VALUES = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]], "float32")
TENSOR = keras.ops.convert_to_tensor(VALUES)


def test_mean_without_and_with_weights():
    np.testing.assert_allclose(batch.mean(TENSOR), [3.0, 5.0])
    weight = np.array([1.0, 3.0, 0.0], "float32")
    np.testing.assert_allclose(batch.mean(TENSOR, weight), np.average(VALUES, axis=0, weights=weight))


def test_a_row_of_weight_zero_is_as_if_absent_and_all_zero_is_zero():
    np.testing.assert_allclose(batch.mean(TENSOR, np.array([1, 1, 0], "float32")), batch.mean(TENSOR[:2]))
    np.testing.assert_allclose(batch.mean(TENSOR, np.zeros(3, "float32")), [0.0, 0.0])


def test_size_and_sum_of_events():
    assert float(batch.size(TENSOR)) == 3.0
    assert float(batch.size(TENSOR, np.array([0.5, 0.0, 2.0]))) == pytest.approx(2.5)
    np.testing.assert_allclose(batch.sum_of_events(TENSOR[:, None, :]), [3.0, 7.0, 14.0])
