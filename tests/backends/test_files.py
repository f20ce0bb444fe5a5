"""A file saved on one backend opens on the others, says the same, and trains on.

`make test` gives its stages one folder for the files. The first stage writes those of all backends, and the others read
them: only a test whose file is not there starts a process.
"""

import os
import pathlib
import sys

import keras
import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import jobs
from jobs import fit, images
from processes import run

pytestmark = pytest.mark.filterwarnings("ignore:The warm-up of beta takes:UserWarning")  # two epochs are enough

HERE = keras.backend.backend()
FOLDER = os.environ.get("KERAS_VAE_TEST_FILES")
OTHERS = sorted({"tensorflow", "jax", "torch"} - {HERE})


def is_there(folder):
    return (folder / "says.npz").exists()


def starts_a_process(backend):
    """Mark the tests of a backend whose files are still to be written."""
    return () if FOLDER and is_there(pathlib.Path(FOLDER, backend)) else pytest.mark.processes


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the folder with what a backend has saved, or saves now."""
    root = pathlib.Path(FOLDER or tmp_path_factory.mktemp("files"))

    def saved(backend):
        folder = root / backend
        if not is_there(folder):
            folder.mkdir(exist_ok=True)
            if backend == HERE:
                jobs.save(folder)
            else:
                run("save", folder, backend=backend)
        return folder

    return saved


@pytest.mark.parametrize("backend", [pytest.param(other, marks=starts_a_process(other)) for other in OTHERS])
def test_a_file_of_another_backend(backend, saved):
    folder = saved(backend)
    vae = keras.models.load_model(folder / "vae.keras")
    with np.load(folder / "says.npz") as says:
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


@pytest.mark.processes
def test_safe_mode_in_a_process_that_knows_only_keras_and_keras_vae(saved, tmp_path):
    run("load_safely", saved(HERE), tmp_path)
    with np.load(saved(HERE) / "says.npz") as says, np.load(tmp_path / "safe.npz") as safe:
        np.testing.assert_array_equal(says["mean"], safe["mean"])
