"""A file saved on one backend opens on the others, says the same, and trains on."""

import pathlib
import sys

import keras
import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from jobs import fit, images
from processes import run

OTHERS = sorted({"tensorflow", "jax", "torch"} - {keras.backend.backend()})


@pytest.mark.parametrize("backend", OTHERS)
def test_a_file_of_another_backend(backend, tmp_path):
    run("save", tmp_path, backend=backend)
    vae = keras.models.load_model(tmp_path / "vae.keras")
    with np.load(tmp_path / "says.npz") as says:
        mean, log_var = vae.encode(images())
        np.testing.assert_allclose(mean, says["mean"], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(log_var, says["log_var"], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(vae.decode(says["mean"]), says["image"], rtol=1e-4, atol=1e-5)
        assert int(vae.step.numpy()) == int(says["step"]) == 6
        assert vae.compiled and int(vae.optimizer.iterations.numpy()) == 6
        before = vae.evaluate(images(), verbose=0, return_dict=True)
        assert before["elbo"] == pytest.approx(float(says["elbo"]), abs=0.3)  # other noise
    fit(vae, epochs=12, initial_epoch=2)
    assert vae.elbo(images(), num_samples=20).mean() > before["elbo"]


def test_safe_mode_in_a_process_that_knows_only_keras_and_keras_vae(tmp_path):
    run("save", tmp_path)
    run("load_safely", tmp_path)
    with np.load(tmp_path / "says.npz") as says, np.load(tmp_path / "safe.npz") as safe:
        np.testing.assert_array_equal(says["mean"], safe["mean"])
