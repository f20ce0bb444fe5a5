"""A decoder that ends in a sigmoid, under Bernoulli(from_logits=False), against its logits under Bernoulli."""

import json
import threading

import decoders
import keras
import numpy as np
import pytest
from contracts import assert_saved_file_is_equal
from keras import layers

import keras_vae
from keras_vae import likelihoods
from keras_vae.models.final_sigmoid import final_sigmoid


def example(activation, bias=0.0):
    """The Keras example's decoder, for 8 x 8 images."""
    z = keras.Input((2,))
    h = layers.Reshape((4, 4, 4))(layers.Dense(64, activation="relu")(z))
    h = layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu")(h)
    bias = keras.initializers.Constant(bias)
    return keras.Model(z, layers.Conv2DTranspose(1, 3, padding="same", activation=activation, bias_initializer=bias)(h))


def vae_of(decoder, likelihood, shape=(8, 8, 1)):
    vae = keras_vae.VAE(keras_vae.networks.mlp(shape, 2, hidden=(8,))[0], decoder, likelihood=likelihood, seed=1)
    vae.compile(keras.optimizers.SGD(1e-3))
    return vae


def pair(make, likelihood=likelihoods.Bernoulli, **arguments):
    """Return a VAE of probabilities and one of logits, with the same weights and noise."""
    first = vae_of(make("sigmoid"), likelihood(from_logits=False), **arguments)
    second = vae_of(make("linear"), likelihood(), **arguments)
    second.set_weights(first.get_weights())
    return first, second


@pytest.mark.parametrize("bias", [0.0, 40.0, -40.0])
def test_losses_and_gradients_are_those_of_logits(data, bias):
    """Also where all the decoder's values are 0 or 1 to a float32, where clipped ones have no gradient."""
    x = data.x_train[:128]
    probabilities, logits = pair(lambda activation: example(activation, bias))
    before = probabilities.decoder.weights[-1].numpy().copy()
    histories = [v.fit(x, batch_size=32, epochs=2, shuffle=False, verbose=0).history for v in (probabilities, logits)]
    np.testing.assert_allclose(histories[0]["loss"], histories[1]["loss"], rtol=1e-5)
    if bias:
        grey = x.mean() if bias < 0 else 1.0 - x.mean()
        assert histories[0]["loss"][0] > 0.2 * 40.0 * 64 * grey > 0.2 * 16.1 * 64 * grey
    for ours, theirs in zip(probabilities.get_weights(), logits.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    assert abs(probabilities.decoder.weights[-1].numpy() - before) > 1e-3
    np.testing.assert_allclose(probabilities.elbo(x, seed=3), logits.elbo(x, seed=3), rtol=1e-5)


@pytest.mark.parametrize("make", decoders.ALL, ids=lambda make: make.__name__)
def test_each_way_to_write_it(make, digits):
    decoder = make("sigmoid")
    decoder.build((None, 2))
    written = json.dumps(decoder.get_config(), default=str)
    z = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    said = keras.ops.convert_to_numpy(decoder(z))
    vae = vae_of(decoder, likelihoods.Bernoulli(from_logits=False), shape=(64,))
    assert vae.final_sigmoid is not None
    assert json.dumps(decoder.get_config(), default=str) == written
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(decoder(z)), said)
    np.testing.assert_allclose(vae.decode(z), said, rtol=1e-6)
    logits = keras.ops.convert_to_numpy(vae.decoded(keras.ops.convert_to_tensor(z))["logits"]).astype("float64")
    np.testing.assert_allclose(1.0 / (1.0 + np.exp(-logits)), said, rtol=1e-5)
    x = digits[:5]
    exact = np.sum(x * logits - np.logaddexp(0.0, logits), axis=1) - np.sum(z**2, axis=1) / 2 - np.log(2 * np.pi)
    np.testing.assert_allclose(vae.log_joint_and_gradient(x, z)[0], exact, rtol=1e-5)
    for weight in decoder.weights:
        weight.assign(30.0 * weight)
    loaded = assert_saved_file_is_equal(vae, lambda m: [m.elbo(digits[:9], seed=1), m.decode(z), m.sample(3, seed=1)])
    assert loaded.final_sigmoid is not None and json.dumps(loaded.decoder.get_config(), default=str) == written


def test_the_continuous_bernoulli_too(data):
    x = data.x_train[:64]
    probabilities, logits = pair(lambda activation: example(activation, 5.0), likelihoods.ContinuousBernoulli)
    for method in (lambda v: v.elbo(x, seed=0), lambda v: v.reconstruct(x), lambda v: v.log_weights(x, 3)):
        np.testing.assert_allclose(method(probabilities), method(logits), rtol=1e-4)


def test_a_decoder_whose_sigmoid_cannot_be_left_out(digits):
    """Clipped probabilities: the numbers of the logits while p is not 0 or 1."""
    z = keras.Input((2,))
    twice = layers.Activation("sigmoid")
    shared = keras.Model(z, twice(layers.Dense(64)(twice(layers.Dense(8)(z)))))
    for decoder in (shared, decoders.OwnDecoder("sigmoid"), decoders.of_layer("hard_sigmoid")):
        vae = vae_of(decoder, likelihoods.Bernoulli(from_logits=False), shape=(64,))
        assert final_sigmoid(decoder) is vae.final_sigmoid is None
        vae.fit(digits, verbose=0)
        z = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
        p = vae.decode(z).astype("float64")
        np.testing.assert_allclose(p, keras.ops.convert_to_numpy(decoder(z)), atol=1e-6)
        log_p = np.sum(digits[:7] * np.log(p) + (1 - digits[:7]) * np.log1p(-p), axis=1)
        exact = log_p - np.sum(z**2, axis=1) / 2 - np.log(2 * np.pi)
        np.testing.assert_allclose(vae.log_joint_and_gradient(digits[:7], z)[0], exact, rtol=1e-4)


def test_two_vaes_may_share_a_decoder():
    decoder = decoders.of_layer("sigmoid")
    first, second = (vae_of(decoder, likelihoods.Bernoulli(from_logits=False), shape=(64,)) for _ in range(2))
    assert first.final_sigmoid is second.final_sigmoid is not None


def test_other_threads_see_the_sigmoid():
    decoder = decoders.of_layer("sigmoid")
    z = np.ones((1, 2), "float32")
    said = []
    with final_sigmoid(decoder).left_out():
        thread = threading.Thread(target=lambda: said.append(keras.ops.convert_to_numpy(decoder(z))))
        thread.start()
        thread.join()
        logits = keras.ops.convert_to_numpy(decoder(z))
    np.testing.assert_allclose(said[0], 1.0 / (1.0 + np.exp(-logits)), rtol=1e-6)
    assert np.abs(said[0] - logits).max() > 0.1
