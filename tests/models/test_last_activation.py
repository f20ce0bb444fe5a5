"""Decoders whose last activation does not fit the likelihood are found, however they are written."""

import decoders
import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_vae
from keras_vae import likelihoods
from keras_vae.models.last_activation import last_activation


def vae_of(decoder, likelihood="bernoulli"):
    vae = keras_vae.VAE(keras_vae.networks.mlp((64,), 2, hidden=(8,))[0], decoder, likelihood=likelihood)
    vae.compile("adam")
    return vae


def number_of_ours(said):
    """Count the warnings of a decoder: Keras has others of its own."""
    return sum("`decoder`" in str(warning.message) for warning in said)


@pytest.mark.parametrize("make", decoders.ALL, ids=lambda make: make.__name__)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "hard_sigmoid"])
def test_it_is_found(make, activation):
    assert last_activation(make(activation)) == activation


def test_what_ends_in_none():
    for make in decoders.ALL:
        if make not in (decoders.of_operation, decoders.of_function):
            assert last_activation(make("linear")) == "linear"
    for name in ("mlp", "conv"):
        assert last_activation(keras_vae.networks.get(name)((8, 8, 1), latent_dim=2)[1]) == "linear"


def test_layers_that_are_an_activation():
    dense = layers.Dense(3)
    for layer, name in ((layers.Softmax(), "softmax"), (layers.ReLU(), "relu"), (layers.LeakyReLU(), "leaky_relu")):
        assert last_activation(keras.Sequential([dense, layer])) == name
    assert last_activation(layers.Dense(3, activation=layers.Activation("sigmoid"))) == "sigmoid"
    assert last_activation(layers.Conv2DTranspose(1, 3, activation="sigmoid")) == "sigmoid"
    assert last_activation(keras_vae.layers.Conv2DTranspose(1, 3, activation="sigmoid")) == "sigmoid"


def test_what_cannot_be_known():
    z = keras.Input((2,))
    two = [layers.Dense(3, activation="sigmoid")(z), layers.Dense(3)(z)]
    for decoder in (
        decoders.OwnDecoder("sigmoid"),
        keras.Sequential([layers.Dense(3), layers.Activation(lambda h: h * 2)]),
        keras.Model(z, layers.Concatenate()(two)),
        keras.Model(z, layers.Add()(two)),
        keras.Model(z, two[0] * 2.0 - 1.0),
        keras.Sequential([layers.Dense(3, activation="sigmoid"), layers.Rescaling(2.0)]),
        keras.Sequential([layers.Reshape((1, 2)), layers.LSTM(3, activation="sigmoid")]),
        keras.Model(z, ops.clip(two[0], 0.1, 0.9)),
    ):
        assert last_activation(decoder) is None


@pytest.mark.parametrize(
    ("likelihood", "activation"),
    [
        (likelihoods.Bernoulli, "sigmoid"),
        (likelihoods.Bernoulli, "hard_sigmoid"),
        (likelihoods.Bernoulli, "softmax"),
        (likelihoods.ContinuousBernoulli, "sigmoid"),
    ],
)
def test_probabilities_for_logits_are_refused_in_fit_and_warned_of_elsewhere(digits, tmp_path, likelihood, activation):
    with pytest.warns(UserWarning, match="`decoder` must give logits") as said:
        vae = vae_of(decoders.of_layer(activation), likelihood())
        vae.evaluate(digits, verbose=0)
        vae.save(tmp_path / "old.keras")
    assert number_of_ours(said) == 1
    words = (
        f"`decoder` must give logits, .*activation=None.*likelihoods.{likelihood.__name__}.from_logits=False.. "
        rf"Received: a decoder that ends in {activation}, in \[0, 1\]"
    )
    with pytest.raises(ValueError, match=words):
        vae.fit(digits, verbose=0)
    with pytest.raises(ValueError, match=words):
        vae.check_networks(training=True)
    with pytest.warns(UserWarning, match="`decoder` must give logits") as said:
        loaded = keras.models.load_model(tmp_path / "old.keras")
        result = loaded.evaluate(digits, verbose=0)
    assert number_of_ours(said) == 1 and np.all(np.isfinite(result))
    cured = vae_of(decoders.of_layer(activation), likelihood(from_logits=False))
    assert np.isfinite(cured.fit(digits, verbose=0).history["loss"][0])


@pytest.mark.parametrize(("activation", "p"), [("tanh", r"\[0.27, 0.73\]"), ("relu", r"\[0.5, 1\]")])
def test_bounded_logits_are_warned_of(digits, activation, p):
    with pytest.warns(
        UserWarning, match=f"ends in {activation} keeps them in .*, and so the probabilities in {p}"
    ) as said:
        vae = vae_of(decoders.of_layer(activation))
        vae.fit(digits, verbose=0)
        vae.evaluate(digits, verbose=0)
    assert number_of_ours(said) == 1


def test_logits_for_probabilities(digits):
    with pytest.warns(UserWarning, match="must give probabilities"):
        vae = vae_of(decoders.of_layer("linear"), likelihoods.Bernoulli(from_logits=False))
    with pytest.raises(
        ValueError, match="must give probabilities, in .0, 1., with Bernoulli.from_logits=False.*linear"
    ):
        vae.fit(digits, verbose=0)


def test_a_decoder_of_the_users_own_class_is_judged_by_its_values(digits):
    with pytest.warns(UserWarning, match=r"must give logits.* gives such values at random codes, in \[0\.") as said:
        vae = vae_of(decoders.OwnDecoder("sigmoid"))
        vae.fit(digits, verbose=0)
        vae.fit(digits, verbose=0)
    assert number_of_ours(said) == 1
    vae = vae_of(decoders.OwnDecoder("linear"), likelihoods.Bernoulli(from_logits=False))
    with pytest.raises(ValueError, match="`decoder` must give probabilities.* gives such values at random codes"):
        vae.fit(digits, verbose=0)
    with pytest.warns(UserWarning, match="`decoder` must give probabilities"):
        vae.evaluate(digits, verbose=0)


def test_what_fits_is_silent(digits):
    """The suite turns warnings into errors."""
    vae_of(decoders.OwnDecoder("linear")).fit(digits, verbose=0)
    vae_of(decoders.OwnDecoder("sigmoid"), likelihoods.Bernoulli(from_logits=False)).fit(digits, verbose=0)
    vae_of(decoders.of_layer("sigmoid"), likelihoods.Gaussian("learned")).fit(digits, verbose=0)
    vae_of(decoders.of_layer("tanh"), likelihoods.Gaussian("learned")).check_networks(training=True)  # as faces64


def test_an_activation_on_the_logs_of_scales():
    z = keras.Input((2,))
    decoder = keras.Model(z, layers.Dense(128, activation="tanh")(z))
    with pytest.warns(UserWarning, match=r"Gaussian\('per_pixel'\): one that ends in tanh keeps them in \[-1, 1\]"):
        vae_of(decoder, likelihoods.Gaussian("per_pixel"))
