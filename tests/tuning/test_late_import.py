"""`keras_vae.tuning` is loaded when it is asked for."""

import subprocess
import sys

import pytest

import keras_vae
from keras_vae import tuning

LATE = """
import sys
import keras_vae
assert "tuning" in dir(keras_vae) and "VAE" in dir(keras_vae)
assert not {"keras_tuner", "keras_vae.tuning"} & set(sys.modules)
"""


@pytest.mark.processes
def test_tuning_is_loaded_late():
    process = subprocess.run([sys.executable, "-W", "ignore", "-c", LATE], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr[-2000:]


def test_tuning_is_an_attribute(monkeypatch):
    monkeypatch.delattr(keras_vae, "tuning")  # as before the first import
    assert keras_vae.tuning is tuning
    with pytest.raises(AttributeError, match="module 'keras_vae' has no attribute 'tunning'"):
        keras_vae.tunning  # noqa: B018
