"""The same weights and noise give the same losses and gradients on TensorFlow, JAX and PyTorch."""

import json
import pathlib
import sys

import keras
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from parity_cases import cases, measure

STORED = json.loads((pathlib.Path(__file__).parent / "parity.json").read_text())


@pytest.mark.parametrize("name", cases())
def test_losses_and_gradients_are_the_stored_ones(name, monkeypatch):
    monkeypatch.setattr(keras.random, "normal", keras.random.normal)  # measure() replaces it
    measured, stored = measure(name), STORED[name]
    for kind in ("evaluated", "trained"):
        assert measured[kind] == pytest.approx(stored[kind], rel=1e-5)
    size = max(gradient[0] for gradient in stored["gradients"])
    for ours, theirs in zip(measured["gradients"], stored["gradients"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5 * size)
