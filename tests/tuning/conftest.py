"""A planted problem, and searches so small that they take seconds."""

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import tuning

SIGMA = 0.5


@pytest.fixture(scope="package")
def planted():
    """Data of a linear-Gaussian model with 3 latent dimensions, (x_train, x_validation), and its weights."""
    random = np.random.default_rng(0)
    weights = 2.0 * np.linalg.qr(random.normal(size=(8, 3)))[0].T
    x = (random.normal(size=(800, 3)) @ weights + SIGMA * random.normal(size=(800, 8))).astype("float32")
    return (x[:600], x[600:]), weights


def linear(input_shape, latent_dim, num_parameters=1):
    """Return a linear encoder and decoder, the model of the planted data."""
    x, z = keras.Input(input_shape), keras.Input((latent_dim,))
    mean = keras.layers.Dense(latent_dim)(x)
    log_var = keras.layers.Dense(latent_dim, kernel_initializer="zeros")(x)
    return keras.Model(x, [mean, log_var]), keras.Model(z, keras.layers.Dense(num_parameters * input_shape[0])(z))


@pytest.fixture
def make_hypermodel(planted):
    """Make a hypermodel of linear models for the planted data: one quick training a trial, unless told otherwise."""

    def make(cls=tuning.VAEHyperModel, data=None, space=None, **arguments):
        space = {"latent_dim": [1, 3], "beta": 1.0, "annealing": False, "learning_rate": 0.05, **(space or {})}
        likelihood = keras_vae.likelihoods.Gaussian(SIGMA)
        arguments = {"seeds": 1, "epochs": 1, "batch_size": 100, "network": linear, **arguments}
        return cls(data or planted[0], tuning.SearchSpace(**space), likelihood=likelihood, **arguments)

    return make


@pytest.fixture
def search(make_hypermodel, tmp_path):
    """Search the planted data, and return the trials and the tuner."""

    def search(tuner="grid", max_trials=4, directory=None, cls=tuning.VAEHyperModel, **arguments):
        hypermodel = make_hypermodel(cls, **arguments)
        tuner = tuning.make_tuner(tuner, hypermodel, max_trials, directory or tmp_path / "search")
        tuner.search(verbose=0)
        return tuning.trials(tuner, hypermodel), tuner

    return search
