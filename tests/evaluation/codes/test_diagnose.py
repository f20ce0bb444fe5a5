"""The doctor on patients whose illness was made."""

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.evaluation import ArrayModel, diagnose


def trained(data, beta, epochs=25):
    encoder, decoder = keras_vae.networks.mlp((8, 8, 1), latent_dim=4, hidden=(128,))
    vae = keras_vae.VAE(encoder, decoder, beta=beta, seed=0)
    vae.compile(keras.optimizers.Adam(3e-3))
    vae.fit(data.x_train, epochs=epochs, batch_size=128, verbose=0)
    return vae


@pytest.mark.parametrize(
    ("beta", "verdict", "fix"),
    [
        (1.0, "healthy", None),
        (20.0, "collapsed", "a warm-up of beta"),
        (0.0, "not regularised", "a larger beta"),
    ],
)
def test_trained_models(data, beta, verdict, fix):
    vae = trained(data, beta)
    result = diagnose(vae, data.x_test, data.x_train)
    assert result["verdict"] == verdict, result
    assert (result["fixes"][0].startswith(fix)) if fix else result["fixes"] == []
    assert f"{result['active_units']} of 4 units" in result["explanation"]
    x, x_hat = data.x_test.reshape(-1, 64), vae.reconstruct(data.x_test).reshape(-1, 64)
    assert result["mean_squared_error"] == pytest.approx(np.mean((x - x_hat) ** 2), rel=1e-4)
    assert result["mean_squared_error_of_mean"] == pytest.approx(np.mean((x - x_train_mean(data)) ** 2), rel=1e-6)


def x_train_mean(data):
    return data.x_train.reshape(-1, 64).astype("float64").mean(axis=0)


def test_a_decoder_that_does_without_the_code(data):
    """A strong decoder: the code is there, but what it decodes to knows the data without it."""
    model = ArrayModel(
        encode=lambda x: (np.zeros((len(x), 4)) + 1e-3 * x.reshape(len(x), -1)[:, :4], np.zeros((len(x), 4))),
        log_likelihood=None,
        decode=lambda z: np.tile(data.x_test.mean(axis=0), (len(z), 1, 1, 1)),
    )
    result = diagnose(model, data.x_test)
    assert result["verdict"] == "collapsed" and result["mutual_information"] < 0.01


@pytest.mark.parametrize(("active", "verdict"), [(1, "partly collapsed"), (3, "healthy")])
def test_a_code_of_which_only_a_part_is_used(linear, active, verdict):
    """The exact linear model with dimensions besides that nothing uses."""
    x = linear.simulate(500, np.random.default_rng(0))[1]
    model, empty = linear.model(), {1: 4, 3: 1}[active]

    def encode(x):
        mean, log_var = model.encode_function(x)
        return np.pad(mean, ((0, 0), (0, empty))), np.pad(log_var, ((0, 0), (0, empty)))

    padded = ArrayModel(encode, None, decode=lambda z: model.decode_function(z[:, :2]))
    result = diagnose(padded, x)
    assert result["active_units"] == 2 and result["verdict"] == verdict


def test_bad_input(linear, linear_data):
    with pytest.raises(ValueError, match="`x` must hold different examples"):
        diagnose(linear.model(), np.repeat(linear_data[:1], 9, axis=0))
    model = linear.model()
    model.decode_function = None
    with pytest.raises(ValueError, match="`decode` must be given"):
        diagnose(model, linear_data)
