import keras
import numpy as np
import pytest

from keras_vae.training.verdict import global_norm, judge

GOOD = [np.array([3.0, 0.0], "float32"), None, np.array([[4.0]], "float32")]


def verdict(loss, gradients, optimizer=None, skip_threshold=None):
    gradients = [None if g is None else keras.ops.convert_to_tensor(g) for g in gradients]
    loss = keras.ops.convert_to_tensor(np.float32(loss))
    result = judge(loss, gradients, optimizer or keras.optimizers.SGD(), skip_threshold)
    assert float(result.skipped) == 1.0 - float(bool(result.apply))
    return bool(result.apply)


def test_global_norm():
    assert float(global_norm([None if g is None else keras.ops.convert_to_tensor(g) for g in GOOD])) == 5.0
    assert float(global_norm([None])) == 0.0


def test_finite_updates_pass_and_others_do_not():
    assert verdict(1.0, GOOD)
    for bad in (np.nan, np.inf, -np.inf):
        assert not verdict(bad, GOOD)
        assert not verdict(1.0, [*GOOD, np.array([bad], "float32")])


def test_the_threshold_is_on_the_unscaled_norm():
    assert verdict(1.0, GOOD, skip_threshold=5.0)
    assert not verdict(1.0, GOOD, skip_threshold=4.99)
    scaled = keras.optimizers.SGD(loss_scale_factor=10.0)
    assert verdict(1.0, GOOD, scaled, skip_threshold=0.5)
    assert not verdict(1.0, GOOD, scaled, skip_threshold=0.49)


@pytest.mark.parametrize(("scale", "passes"), [(2.0**15, True), (1.0, False)])
def test_an_overflow_of_the_loss_scale_is_shown_to_the_optimizer(scale, passes):
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=scale)
    assert verdict(1.0, [np.array([np.inf], "float32")], optimizer) is passes
    assert not verdict(np.nan, [np.array([np.inf], "float32")], optimizer)
