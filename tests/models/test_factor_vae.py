import keras
import numpy as np
import pytest
from contracts import model_contract

import keras_vae
from keras_vae.models.factor_vae import exchanged


def make(digits=None, latent_dim=3, gamma=5.0, **arguments):
    keras.utils.set_random_seed(1)
    networks = keras_vae.networks.mlp((64,), latent_dim, hidden=(16,))
    critic = keras_vae.networks.critic(hidden=(16,))
    return keras_vae.FactorVAE(*networks, gamma=gamma, critic=critic, seed=3, **arguments)


def numpy(tensor):
    return np.array(keras.ops.convert_to_numpy(tensor))


def test_numbers_are_exchanged_within_their_dimension_and_without_padding():
    z = np.arange(24, dtype="float32").reshape(8, 3)
    mixed = numpy(exchanged(keras.ops.convert_to_tensor(z), 4))
    np.testing.assert_array_equal(np.sort(mixed, axis=0), z)
    assert not np.array_equal(mixed[:, 0] // 3, mixed[:, 1] // 3)  # other rows in each dimension
    weight = np.array([1, 0, 1, 2, 0, 1, 1, 0], "float32")
    mixed = numpy(exchanged(keras.ops.convert_to_tensor(z), 4, keras.ops.convert_to_tensor(weight)))
    for rows in (weight == 0, weight > 0):
        np.testing.assert_array_equal(np.sort(mixed[rows], axis=0), z[rows])
    assert numpy(exchanged(keras.ops.convert_to_tensor(z.reshape(8, 1, 1, 3)), 4)).shape == (8, 1, 1, 3)


def test_without_gamma_the_networks_train_as_those_of_a_vae(digits):
    factor = make(gamma=0.0)
    vae = keras_vae.VAE.from_config({k: v for k, v in factor.get_config().items() if k not in ("gamma", "critic")})
    histories = []
    factor.build((None, 64))
    vae.build((None, 64))
    for part in ("encoder", "decoder"):
        getattr(vae, part).set_weights(getattr(factor, part).get_weights())
    for model in (factor, vae):
        model.compile(keras.optimizers.Adam(1e-2))
        histories.append(model.fit(digits, epochs=2, batch_size=64, shuffle=False, verbose=0).history)
    for name in ("loss", "kl_loss", "reconstruction_loss", "elbo"):
        np.testing.assert_allclose(histories[0][name], histories[1][name], rtol=1e-5)
    for ours, theirs in zip(factor.encoder.get_weights(), vae.encoder.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_the_critic_finds_the_total_correlation_of_known_gaussians():
    """Codes that are the data: TC = -log(1 - r^2) / 2 of two standard normal numbers of correlation r."""
    correlation = 0.8
    x = np.random.default_rng(0).multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], 4096)
    inputs = keras.Input((2,))
    mean = keras.layers.Dense(2, kernel_initializer="identity")(inputs)
    log_var = keras.layers.Dense(2, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(-12.0))
    decoder = keras_vae.networks.mlp((2,), 2, hidden=(4,))[1]
    vae = keras_vae.FactorVAE(
        keras.Model(inputs, [mean, log_var(inputs)]),
        decoder,
        likelihood="gaussian",
        critic=keras_vae.networks.critic((64, 64)),
        seed=0,
    )
    vae.compile(keras.optimizers.SGD(0.0), critic_optimizer=keras.optimizers.Adam(3e-3))
    vae.fit(x.astype("float32"), epochs=40, batch_size=512, verbose=0)
    logs = vae.evaluate(x.astype("float32"), batch_size=4096, verbose=0, return_dict=True)
    exact = -0.5 * np.log(1 - correlation**2)
    assert logs["total_correlation"] == pytest.approx(exact, rel=0.15)
    assert logs["critic_loss"] < np.log(2.0) - 0.05


def test_contract(digits):
    schedule = keras_vae.schedules.Linear(10, start=0.0, end=4.0)
    model_contract(lambda: make(gamma=schedule), digits[:64])
    vae = make(gamma=schedule)
    vae.compile(keras.optimizers.Adam(1e-2))
    assert float(vae.critic_optimizer.learning_rate) == pytest.approx(1e-4)  # the paper's
    history = vae.fit(digits[:64], epochs=2, batch_size=16, verbose=0).history
    assert {"total_correlation", "critic_loss", "gamma"} <= set(history)
    assert history["gamma"][-1] == pytest.approx(4.0 * 7 / 10)
    assert isinstance(type(vae).from_config(vae.get_config()).initial_gamma, type(schedule))


def test_bad_arguments():
    with pytest.raises(ValueError, match="`gamma` must be a number of at least 0.0. Received: gamma=-1"):
        make(gamma=-1)
    with pytest.raises(ValueError, match="`critic` must be a Keras model. Received: critic='mlp'"):
        keras_vae.FactorVAE(*keras_vae.networks.mlp((64,), 2, hidden=(4,)), critic="mlp")


def critic(units, activation=None):
    return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(units, activation=activation)], name="judge")


def test_a_critic_that_gives_no_logit():
    networks = keras_vae.networks.mlp((64,), 2, hidden=(4,))
    message = r"`critic` must return a logit of each code, one tensor of shape \(batch, 1\). Received: critic='judge'"
    for _ in range(2):
        with pytest.raises(ValueError, match=rf"{message}, which returns the shapes \(batch, 2\)"):
            keras_vae.FactorVAE(*networks, critic=critic(2)).compile()
    vae = keras_vae.FactorVAE(*networks, critic=critic(2))
    for _ in range(2):  # it is not taken to be built
        with pytest.raises(ValueError, match=message):
            vae.build((None, 64))
    with pytest.raises(ValueError, match="`critic` must give a logit.*: critic='judge', which ends in a sigmoid"):
        keras_vae.FactorVAE(*networks, critic=critic(1, "sigmoid"))
    of_three = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"`critic` must take a tensor of shape \(batch, 2\)"):
        keras_vae.FactorVAE(*networks, critic=of_three).compile()
    keras_vae.FactorVAE(*networks, critic=critic(1)).compile()
