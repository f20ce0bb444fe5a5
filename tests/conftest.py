"""Fixtures: small data, small nets, and the state of the random numbers."""

import atexit
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if os.environ.get("KERAS_BACKEND") == "jax" and (
    "JAX_COMPILATION_CACHE_DIR" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ
):
    # Many tests, and the processes they start, compile the same step. Workers do not share: the files have no lock.
    os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="keras_vae_tests_")
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    atexit.register(shutil.rmtree, os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import keras
import numpy as np
import pytest

import keras_vae

pytest_plugins = ["tiers"]


@pytest.fixture(autouse=True)
def seeded():
    """Start every test from the same random state, under the float32 policy."""
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture(scope="session")
def data():
    return keras_vae.datasets.load("digits")


@pytest.fixture(scope="session")
def digits(data):
    """256 digits as rows of 64 pixels in [0, 1]."""
    return data.x_train[:256].reshape(256, 64)


@pytest.fixture(scope="session")
def make_vae():
    """Make a small compiled VAE for rows of 64 pixels."""

    def make(latent_dim=2, optimizer=None, compiled=True, num_parameters=1, **arguments):
        encoder, decoder = keras_vae.networks.mlp((64,), latent_dim, hidden=(16,), num_parameters=num_parameters)
        vae = keras_vae.VAE(encoder, decoder, **arguments)
        if compiled:
            vae.compile(optimizer=optimizer or keras.optimizers.Adam(1e-2))
        return vae

    return make


@pytest.fixture
def sigint_is_heard():
    """Let SIGINT interrupt, also where the tests run in the background, whose processes ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def shared_data():
    """The folder of real data beside the repository, where there is one."""
    folder = pathlib.Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the folder of real data {folder}, which is absent")
    return folder


@pytest.fixture
def full_disk():
    """Return a context in which no file of this process can grow beyond a few bytes: a disk without space."""
    resource = pytest.importorskip("resource")

    @contextlib.contextmanager
    def full(size=100):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # Python ignores the signal and raises OSError
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return full


def weights_of(model):
    """Return copies of all weights."""
    return [np.array(keras.ops.convert_to_numpy(weight)) for weight in model.weights]


@pytest.fixture
def assert_unchanged():
    """Assert that a block leaves a model's weights as they are."""

    @contextlib.contextmanager
    def unchanged(model):
        before = weights_of(model)
        yield
        for old, new in zip(before, weights_of(model), strict=True):
            np.testing.assert_array_equal(old, new)

    return unchanged
