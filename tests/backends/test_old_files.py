"""Files saved by earlier versions, on each backend, load compiled on every backend, say the same and train on."""

import pathlib

import keras
import numpy as np
import pytest

DATA = pathlib.Path(__file__).parents[1] / "data"


@pytest.mark.parametrize("saved_on", ["tensorflow", "jax", "torch"])
def test_a_file_of_0_2_0(saved_on):
    vae = keras.models.load_model(DATA / f"vae_0_2_0_{saved_on}.keras")
    with np.load(DATA / f"vae_0_2_0_{saved_on}.npz") as said:
        said = dict(said)
    x, z = said["x"], said["mean"]
    mean, log_var = vae.encode(x)
    np.testing.assert_allclose(mean, said["mean"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(log_var, said["log_var"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(vae.decode(z), said["image"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(vae.log_joint_and_gradient(x, z)[0], said["log_joint"], rtol=1e-4)
    assert float(vae.beta.numpy()) == pytest.approx(float(said["beta"]))

    assert vae.compiled and float(vae.optimizer.learning_rate.numpy()) == pytest.approx(0.01)
    assert int(vae.step.numpy()) == int(vae.optimizer.iterations.numpy()) == 3
    loss = vae.evaluate(x, verbose=0, return_dict=True)["loss"]
    history = vae.fit(x, batch_size=16, epochs=10, shuffle=False, verbose=0).history
    assert int(vae.step.numpy()) == int(vae.optimizer.iterations.numpy()) == 33
    assert history["beta"][0] == pytest.approx(0.1 + 0.09 * 5) and history["beta"][-1] == pytest.approx(1.0)
    assert np.all(np.isfinite(history["loss"])) and history["reconstruction_loss"][-1] < loss
