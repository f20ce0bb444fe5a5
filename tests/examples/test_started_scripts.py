"""The scripts start as a user starts them, and nothing of other libraries floods their screen."""

import os
import pathlib
import subprocess
import sys

import keras
import pytest

pytestmark = pytest.mark.processes

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
QUICK = {
    "train_vae.py": ("--epochs", 1, "--anneal-epochs", 1, "--num-samples", 10, "--autoencoder-epochs", 1),
    "evaluate_vae.py": ("runs/digits/vae.keras", "--num-samples", 10),
    "linear_vae.py": ("--epochs", 6),
    "disentangle_sprites.py": ("--epochs", 1, "--num-images", 200),
    "functional_layers.py": ("--epochs", 1),
    "own_networks.py": ("--epochs", 1),
    "resume.py": ("--epochs", 2),
    "val_loss_misleads.py": ("--latent-dim", 3, "--beta", 1, "--epochs", 1),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the scripts run, in their order: one evaluates what another has saved."""
    return tmp_path_factory.mktemp("scripts")


@pytest.mark.parametrize("script", QUICK)
def test_a_script_ends_well_and_its_screen_is_its_own(script, folder):
    process = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *map(str, QUICK[script])],
        cwd=folder,
        env={**os.environ, "KERAS_BACKEND": keras.backend.backend()},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert process.stderr == "" and process.stdout


def test_every_script_is_started():
    assert {script.name for script in EXAMPLES.glob("*.py")} == {*QUICK, "quietly.py"}
