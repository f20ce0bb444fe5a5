import numpy as np
import pytest
from scipy import stats

from keras_vae.evaluation import bits_per_dimension

pytestmark = pytest.mark.plain


def test_uniform_data_take_all_their_bits():
    assert bits_per_dimension(784 * np.log(0.5), 784)["bits_per_dimension"] == pytest.approx(1.0)
    assert bits_per_dimension(-543.43, 784)["bits_per_dimension"] == pytest.approx(1.0, abs=1e-4)
    assert bits_per_dimension(np.full(3, -64 * np.log(17)), 64)["bits_per_dimension"] == pytest.approx(np.log2(17))
    # the density 1 of uniform noise on [0, 1] over 256 levels: 8 bits
    assert bits_per_dimension(0.0, 784, levels=256)["bits_per_dimension"] == pytest.approx(8.0)


def test_data_divided_by_255_are_rescaled_first():
    """The best density of dequantized noise of 256 levels is uniform: 8 bits, if it fills [0, 1] and no more."""
    random = np.random.default_rng(0)
    k, u = random.integers(0, 256, size=(50, 784)), random.random((50, 784))
    x = k / 255
    rescaled = x * 255 / 256 + u / 256
    np.testing.assert_allclose(rescaled, (k + u) / 256, rtol=1e-12)
    log_density = stats.uniform(0, 1).logpdf(rescaled).sum(axis=1)
    assert bits_per_dimension(log_density, 784, levels=256)["bits_per_dimension"] == pytest.approx(8.0)


def test_bad_input():
    with pytest.raises(ValueError, match="`log_likelihood` must be at most 0.* Received: 186"):
        bits_per_dimension(186.0, 784)
    with pytest.raises(ValueError, match="`num_dimensions` must be a whole number"):
        bits_per_dimension(-1.0, 0)
    with pytest.raises(ValueError, match="`log_likelihood` must be finite"):
        bits_per_dimension([], 4)
