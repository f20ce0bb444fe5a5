import numpy as np
import pytest

from keras_vae.evaluation import bits_per_dimension


def test_uniform_data_take_all_their_bits():
    assert bits_per_dimension(784 * np.log(0.5), 784)["bits_per_dimension"] == pytest.approx(1.0)
    assert bits_per_dimension(-543.43, 784)["bits_per_dimension"] == pytest.approx(1.0, abs=1e-4)
    assert bits_per_dimension(np.full(3, -64 * np.log(17)), 64)["bits_per_dimension"] == pytest.approx(np.log2(17))
    # the density 1 of uniform noise on [0, 1] over 256 levels: 8 bits
    assert bits_per_dimension(0.0, 784, levels=256)["bits_per_dimension"] == pytest.approx(8.0)


def test_bad_input():
    with pytest.raises(ValueError, match="`log_likelihood` must be at most 0.* Received: 186"):
        bits_per_dimension(186.0, 784)
    with pytest.raises(ValueError, match="`num_dimensions` must be a whole number"):
        bits_per_dimension(-1.0, 0)
    with pytest.raises(ValueError, match="`log_likelihood` must be finite"):
        bits_per_dimension([], 4)
