"""The guard of the tiers."""

import subprocess
import sys

import keras
import pytest
import tiers

pytestmark = pytest.mark.plain


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (lambda: keras.ops.exp(1.0), "keras.ops.exp"),
        (lambda: keras.ops.convert_to_tensor(1.0), "keras.ops.convert_to_tensor"),
        (lambda: keras.Variable(1.0), "a Keras variable"),
        (lambda: keras.random.SeedGenerator(1), "a Keras variable"),
        (lambda: keras.layers.Dense(1).build((1, 1)), "a Keras variable"),
    ],
)
def test_a_plain_test_reaches_no_backend(use, name):
    with pytest.raises(AssertionError, match=f"a plain test uses {name}"):
        use()


@pytest.mark.plain(why="one is enough to see that it works")
def test_a_plain_test_that_says_why_may():
    assert float(keras.ops.exp(0.0)) == 1.0


def test_a_process_is_noticed():
    subprocess.run([sys.executable, "--version"], capture_output=True)
    assert tiers.started == [[sys.executable, "--version"]]
    tiers.started.clear()  # else this test would fail
