"""What the project's card says of its parts stays true, on each backend."""

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.layers import KLDivergence, Sampling


def numpy(tensor):
    return np.array(keras.ops.convert_to_numpy(tensor), "float64")


def test_a_vae_is_a_keras_model_with_a_train_step_of_its_own():
    assert issubclass(keras_vae.VAE, keras.Model)
    (owner, *_) = [c for c in keras_vae.VAE.__mro__ if "train_step" in vars(c)]
    assert owner.__module__.startswith("keras_vae.training.")


def test_beta_times_the_kl_arrives_by_the_layers_add_loss_alone(make_vae, digits):
    vae = make_vae(latent_dim=3, beta=2.5, free_bits=0.3)
    outputs = vae(digits)
    mean, log_var = numpy(outputs["mean"]), numpy(outputs["log_var"])
    of_dimensions = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).mean(axis=0)
    assert np.any(of_dimensions < 0.3) or np.all(of_dimensions > 0)  # some floor may bind
    (loss,) = vae.losses
    assert float(numpy(loss)) == pytest.approx(2.5 * np.maximum(of_dimensions, 0.3).sum(), rel=1e-4)
    with_loss = float(numpy(vae.compute_loss(digits, None, outputs)))
    vae.beta.assign(0.0)
    outputs = vae(digits)
    reconstruction = float(numpy(vae.compute_loss(digits, None, outputs)))
    assert with_loss > reconstruction and float(numpy(sum(vae.losses))) == 0.0


def test_beta_is_a_variable_that_may_be_assigned(make_vae, digits):
    vae = make_vae()
    assert isinstance(vae.beta, keras.Variable) and not vae.beta.trainable
    vae.beta.assign(0.25)
    logs = vae.evaluate(digits, verbose=0, return_dict=True)
    assert logs["beta"] == pytest.approx(0.25)
    assert logs["loss"] == pytest.approx(logs["reconstruction_loss"] + 0.25 * logs["kl_loss"], rel=1e-5)


def test_annealing_moves_beta_in_the_compiled_step(make_vae, digits):
    vae = make_vae()
    warm_up = keras_vae.callbacks.BetaAnnealing(keras_vae.schedules.Linear(8), unit="step")
    history = vae.fit(digits, epochs=2, batch_size=64, callbacks=[warm_up], verbose=0).history
    np.testing.assert_allclose(history["beta"], [3 / 8, 7 / 8])  # of each epoch's last step, with no hook for batches


@pytest.mark.parametrize("prior", [None, keras_vae.priors.MixtureOfGaussians(3)], ids=["closed form", "no closed form"])
def test_the_layers_work_alone_in_a_functional_model(digits, prior):
    x = keras.Input((64,))
    mean, log_var = keras.layers.Dense(2)(x), keras.layers.Dense(2)(x)
    z = Sampling(seed=1)([mean, log_var])
    mean, log_var, kl = KLDivergence(beta=0.5, prior=prior, seed=2)([mean, log_var], z=z)
    z = keras.layers.Add()([z, 0.0 * mean])
    model = keras.Model(x, keras.layers.Dense(64)(z))
    model.compile(keras.optimizers.Adam(1e-2), loss="mse")
    history = model.fit(digits, digits, epochs=3, verbose=0).history["loss"]
    assert np.isfinite(history).all() and history[-1] < history[0]


def test_without_z_the_layer_draws_its_own_where_the_kl_has_no_closed_form():
    prior = keras_vae.priors.MixtureOfGaussians(1)
    layer = KLDivergence(prior=prior, seed=2)
    mean, log_var = np.full((20_000, 2), 0.7, "float32"), np.full((20_000, 2), -1.0, "float32")
    _, _, kl = layer([mean, log_var])
    m, kl = numpy(prior.means), numpy(kl)
    exact = 0.5 * (np.exp(-1.0) + (0.7 - m) ** 2 - 1.0 + 1.0).sum()  # to N(m, I)
    assert abs(kl.mean() - exact) < 4 * kl.std() / np.sqrt(len(kl)) and kl.std() > 0.1
    _, _, at_mean = layer([mean, log_var], z=mean)
    expected = (2 * 0.5 * 1.0) + 0.5 * ((0.7 - m) ** 2).sum()  # log q - log p at z = mean
    np.testing.assert_allclose(numpy(at_mean), expected, rtol=1e-4)
