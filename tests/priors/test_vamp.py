import copy
import pickle

import keras
import numpy as np
import pytest
from contracts import config_round_trip, prior_contract
from scipy import special, stats

import keras_vae
from keras_vae import posteriors, priors

RANDOM = np.random.default_rng(0)
U = RANDOM.uniform(size=(4, 3)).astype("float32")
A = RANDOM.normal(size=(3, 4))


def encode(x):
    """Return the parameters of q(z|x), two numbers each, as an encoder would."""
    heads = keras.ops.matmul(x, keras.ops.convert_to_tensor(A, dtype="float32"))
    return [heads[:, :2], 0.5 * heads[:, 2:]]


def connected(posterior=None, **arguments):
    prior = priors.VampPrior(**arguments)
    posterior = posterior or posteriors.Gaussian()
    posterior.build([(None, 2), (None, 2)])
    prior.connect(encode, posterior, (3,))
    prior.build((None, 2))
    return prior


def log_prob(prior, z):
    return keras.ops.convert_to_numpy(prior.log_prob(keras.ops.convert_to_tensor(z, dtype="float32")))


def components(u):
    heads = u @ A
    return heads[:, :2], np.exp(0.25 * heads[:, 2:])


def test_contract():
    prior_contract(priors.VampPrior(num_components=4))
    config_round_trip(priors.VampPrior(4, value_range=None, event_shape=(64,)), "keras_vae.priors")
    assert isinstance(priors.get("vamp"), priors.VampPrior)


def test_density_is_the_mixture_of_the_posteriors_and_integrates_to_one():
    prior, z = connected(pseudo_inputs=U), RANDOM.normal(size=(20, 2))
    each = stats.norm(*(part[None] for part in components(U))).logpdf(z[:, None]).sum(axis=2)
    np.testing.assert_allclose(log_prob(prior, z), special.logsumexp(each, axis=1) - np.log(4), rtol=1e-5)
    axis = np.linspace(-12, 12, 301)
    grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    assert np.exp(log_prob(prior, grid)).sum() * (axis[1] - axis[0]) ** 2 == pytest.approx(1.0, abs=1e-4)


def test_moments_of_draws():
    n = 20_000
    z = connected(pseudo_inputs=U).sample(n, keras.random.SeedGenerator(3))
    z = keras.ops.convert_to_numpy(z).astype("float64")
    means, sigmas = components(U)
    mean = means.mean(0)
    covariance = np.cov(means.T, bias=True) + np.diag((sigmas**2).mean(0))
    assert np.all(np.abs(z.mean(0) - mean) < 4.0 * z.std(0) / np.sqrt(n))
    products = (z - mean)[:, :, None] * (z - mean)[:, None, :]
    assert np.all(np.abs(products.mean(0) - covariance) < 4.0 * products.std(0) / np.sqrt(n))


def test_pseudo_inputs_stay_within_the_range_of_the_data():
    within, free = connected(pseudo_inputs=U), connected(pseudo_inputs=U, value_range=None)
    far = U + np.array([[3.0], [-3.0], [0.0], [0.0]], "float32")
    z = RANDOM.normal(size=(5, 2))
    for prior, seen in ((within, np.clip(far, 0.0, 1.0)), (free, far)):
        prior.pseudo_inputs.assign(far)
        np.testing.assert_allclose(log_prob(prior, z), log_prob(connected(pseudo_inputs=seen, value_range=None), z))
    start = keras.ops.convert_to_numpy(connected(num_components=50, value_range=(-3.0, -2.0)).pseudo_inputs)
    assert start.min() >= -3.0 and start.max() <= -2.0 and len(np.unique(start)) > 100


def test_the_encoder_is_the_models_own_and_is_stored_once():
    encoder, decoder = keras_vae.networks.mlp((3,), 2, hidden=(4,))
    vae = keras_vae.VAE(encoder, decoder, prior=priors.VampPrior(pseudo_inputs=U))
    vae.build((None, 3))
    assert [w.name for w in vae.prior.weights] == ["pseudo_inputs"]
    assert len({w.path for w in vae.weights}) == len(vae.weights)
    before = log_prob(vae.prior, np.zeros((1, 2)))
    encoder.weights[-1].assign_add(np.ones(2))
    assert log_prob(vae.prior, np.zeros((1, 2))) != before


def test_dropout_is_off_for_pseudo_inputs():
    x = keras.Input((3,))
    hidden = keras.layers.Dropout(0.5)(keras.layers.Dense(50)(x))
    encoder = keras.Model(x, [keras.layers.Dense(2)(hidden), keras.layers.Dense(2)(hidden)])
    decoder = keras_vae.networks.mlp((3,), 2, hidden=(4,))[1]
    vae = keras_vae.VAE(encoder, decoder, prior=priors.VampPrior(pseudo_inputs=U))
    vae.build((None, 3))
    first, second = (keras.ops.convert_to_numpy(vae.prior.components()[0]) for _ in range(2))
    np.testing.assert_array_equal(first, second)


class Undefined(posteriors.Posterior):
    """A posterior without a density at a given z."""


def test_a_posterior_without_a_density_is_refused():
    message = "knows log q.* at its own draws only. Received: the prior VampPrior with the posterior Undefined"
    with pytest.raises(ValueError, match=message):
        connected(Undefined(), num_components=2)
    with pytest.raises(ValueError, match="no VampPrior in a model without a posterior"):
        priors.VampPrior().connect(encode, None, (3,))


def test_a_prior_that_is_not_connected():
    message = r"`prior` must know a model's encoder.*VAE\(prior=...\).*which is not connected"
    mean, log_var = keras.Input((2,)), keras.Input((2,))
    with pytest.raises(ValueError, match=message):
        keras_vae.layers.KLDivergence(prior="vamp")([mean, log_var])
    with pytest.raises(ValueError, match=message):
        keras_vae.layers.KLDivergence(prior=priors.VampPrior(2, event_shape=(3,)))([np.zeros((1, 2))] * 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_components": 0}, "`num_components` must be a whole number of at least 1"),
        ({"pseudo_inputs": 2.0 * U}, r"`pseudo_inputs` must be within value_range=\(0, 1\). Received: values from"),
        ({"pseudo_inputs": np.full((2, 3), np.nan)}, "`pseudo_inputs` must be within value_range"),
        ({"pseudo_inputs": U, "event_shape": (2,)}, r"`pseudo_inputs` must have the shape .* event_shape=\(2,\)"),
        ({"pseudo_inputs": U[0]}, r"`pseudo_inputs` must have the shape \(K, \*event_shape\)"),
        ({"value_range": (1.0, 0.0)}, r"`value_range` must be \(low, high\), two numbers, or None"),
        ({"value_range": 1.0}, r"`value_range` must be \(low, high\), two numbers, or None"),
        ({"event_shape": (None, 3)}, "`event_shape` must be ints of at least 1: pseudo-inputs have a fixed shape"),
    ],
)
def test_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        priors.VampPrior(**arguments)


def test_data_of_another_shape():
    with pytest.raises(ValueError, match=r"`prior` must have pseudo-inputs of the data's shape \(4,\).*=\(3,\)"):
        priors.VampPrior(pseudo_inputs=U).connect(encode, posteriors.Gaussian(), (4,))


def test_a_copy_starts_from_pseudo_inputs_of_its_own():
    prior = priors.VampPrior(pseudo_inputs=U)
    copies = [copy.deepcopy(prior), pickle.loads(pickle.dumps(prior))]
    for copied in copies:
        assert copied.get_config() == prior.get_config()
        copied.connect(encode, posteriors.Gaussian(), (3,))
        copied.build((None, 2))
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(copied.pseudo_inputs), U)
        copied.pseudo_inputs.assign(1.0 - U)
    assert prior.pseudo_inputs is None and copies[0].pseudo_inputs is not copies[1].pseudo_inputs
    trained = copy.deepcopy(copies[0])  # of a prior that is built, its weights
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(trained.pseudo_inputs), 1.0 - U)
