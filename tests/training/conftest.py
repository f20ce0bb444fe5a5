"""Fixtures of the tests of training."""

import keras
import pytest


@pytest.fixture
def fixed_noise(monkeypatch):
    """Let every draw of normal noise be 0.3, so that batches of any size see the same noise."""
    monkeypatch.setattr(keras.random, "normal", lambda shape, dtype=None, seed=None: 0.3 * keras.ops.ones(shape))
