"""The same weights and noise give the same losses and gradients on TensorFlow, JAX and PyTorch."""

import json
import pathlib
import sys

import keras
import pytest

import keras_vae

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from parity_cases import cases, measure

STORED = json.loads((pathlib.Path(__file__).parent / "parity.json").read_text())


@pytest.mark.plain(why="the list of the cases is of no backend")
def test_every_model_has_a_case():
    with_networks = {name for name in keras_vae.models.__all__ if name != "Classifier" and name[0].isupper()}
    assert {type(make()).__name__ for make, _ in cases().values()} == with_networks


@pytest.mark.parametrize("name", cases())
def test_losses_and_gradients_are_the_stored_ones(name, monkeypatch):
    for draw in ("normal", "uniform"):  # measure() replaces them
        monkeypatch.setattr(keras.random, draw, getattr(keras.random, draw))
    measured, stored = measure(name), STORED[name]
    for kind in ("evaluated", "trained"):
        assert measured[kind] == pytest.approx(stored[kind], rel=1e-5, abs=1e-6)  # the second in nats
    size = max(gradient[0] for gradient in stored["gradients"])
    for ours, theirs in zip(measured["gradients"], stored["gradients"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5 * size)
