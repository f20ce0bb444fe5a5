import keras
import numpy as np
import pytest

from keras_vae.training.verdict import judge, reason


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


@pytest.mark.parametrize("rate", [np.nan, np.inf, -np.inf, 1e38])
def test_a_rate_that_would_destroy_the_weights_is_judged_and_named(rate):
    inner = keras.optimizers.Adam(rate)
    loss_scale = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(rate))
    several = keras.optimizers.MultiOptimizer(lambda variable: inner)
    several._inner_optimizers = [keras.optimizers.SGD(0.1), inner]
    for optimizer in (inner, loss_scale, several):
        assert not verdict(1.0, 1.0, optimizer)
        assert reason(optimizer, []) == f"the learning rate was {rate:g}"


def test_gradient_descent_moves_by_rate_times_norm():
    assert verdict(1.0, 1e16, keras.optimizers.SGD(1.0))
    assert not verdict(1.0, 1e16, keras.optimizers.SGD(1e4))
    assert verdict(1.0, 1e-16, keras.optimizers.SGD(1e4))


def test_half_precision_holds_smaller_weights():
    variables = [keras.Variable(np.zeros(2), dtype=dtype) for dtype in ("float32", "float16")]
    norm = keras.ops.convert_to_tensor(np.float32(1.0))
    for optimizer, passes in ((keras.optimizers.SGD(1.0), True), (keras.optimizers.SGD(1e5), False)):
        assert bool(judge(norm, norm, optimizer, None, variables).apply) is passes
        assert bool(judge(norm, norm, optimizer, None, variables[:1]).apply)


def test_weights_that_are_not_finite_are_named():
    good, bad = (keras.Variable([1.0, value], name=name) for name, value in (("good", 2.0), ("bad", np.nan)))
    assert reason(keras.optimizers.SGD(), [good]) == "the loss or a gradient was NaN or infinite"
    assert reason(keras.optimizers.SGD(), [good, bad]) == "the weight 'bad' holds NaN or infinite values already"
