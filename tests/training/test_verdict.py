import keras
import numpy as np
import pytest

from keras_vae.training.verdict import judge


def verdict(loss, norm, optimizer=None, skip_threshold=None):
    loss, norm = (keras.ops.convert_to_tensor(np.float32(value)) for value in (loss, norm))
    result = judge(loss, norm, optimizer or keras.optimizers.SGD(), skip_threshold)
    assert float(result.skipped) == 1.0 - float(bool(result.apply))
    return bool(result.apply)


def test_finite_updates_pass_and_others_do_not():
    assert verdict(1.0, 5.0)
    for bad in (np.nan, np.inf, -np.inf):
        assert not verdict(bad, 5.0)
    for bad in (np.nan, np.inf):
        assert not verdict(1.0, bad)


def test_the_threshold_is_on_the_unscaled_norm():
    assert verdict(1.0, 5.0, skip_threshold=5.0)
    assert not verdict(1.0, 5.0, skip_threshold=4.99)
    scaled = keras.optimizers.SGD(loss_scale_factor=10.0)
    assert verdict(1.0, 5.0, scaled, skip_threshold=0.5)
    assert not verdict(1.0, 5.0, scaled, skip_threshold=0.49)


@pytest.mark.parametrize(("scale", "passes"), [(2.0**15, True), (1.0, False)])
def test_an_overflow_of_the_loss_scale_is_shown_to_the_optimizer(scale, passes):
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=scale)
    assert verdict(1.0, np.inf, optimizer) is passes
    assert not verdict(np.nan, np.inf, optimizer)
