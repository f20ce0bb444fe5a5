import keras
import numpy as np
from scipy import stats

from keras_vae.distributions import laplace


def test_log_prob_is_scipys():
    x, mean, log_scale = np.random.default_rng(1).normal(size=(3, 40)).astype("float32")
    expected = stats.laplace.logpdf(x, mean, np.exp(log_scale))
    np.testing.assert_allclose(
        laplace.log_prob(*map(keras.ops.convert_to_tensor, (x, mean, log_scale))), expected, rtol=1e-5, atol=1e-5
    )


def test_samples_follow_the_law():
    mean = keras.ops.convert_to_tensor(np.full(20_000, 0.5, "float32"))
    draws = keras.ops.convert_to_numpy(laplace.sample(mean, keras.ops.convert_to_tensor(np.float32(-1.0)), seed=4))
    assert np.all(np.isfinite(draws))
    assert stats.kstest(draws, stats.laplace(0.5, np.exp(-1.0)).cdf).pvalue > 1e-3
