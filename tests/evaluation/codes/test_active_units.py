import numpy as np
import pytest

from keras_vae.evaluation import active_units


def test_units_and_their_kl():
    mean = np.array([[1.0, 0.05, 3.0], [-1.0, -0.05, 3.0]])
    log_var = np.log([[0.5, 1.0, 0.25], [0.5, 1.0, 0.25]])
    result = active_units(mean, log_var)
    assert result["active_units"] == 1 and result["latent_dim"] == 3
    np.testing.assert_allclose(result["variance_of_mean"], [2.0, 0.005, 0.0], atol=1e-12)
    kl = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).mean(axis=0)
    np.testing.assert_allclose(result["kl_per_dimension"], kl, rtol=1e-5)
    assert active_units(mean, log_var, threshold=0.001)["active_units"] == 2


def test_bad_input():
    with pytest.raises(ValueError, match="`mean` must have at least 2 rows"):
        active_units(np.zeros((1, 2)), np.zeros((1, 2)))
    with pytest.raises(ValueError, match="`threshold` must be a number of at least 0"):
        active_units(np.zeros((2, 2)), np.zeros((2, 2)), threshold=-1)
