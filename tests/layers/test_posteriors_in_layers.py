import keras
import numpy as np
import pytest

from keras_vae import posteriors
from keras_vae.layers import KLDivergence, Sampling

DATA = np.random.default_rng(0).normal(size=(16, 6)).astype("float32")
POSTERIORS = {
    "full_gaussian": posteriors.FullGaussian,
    "flow": lambda: posteriors.Flow(["planar", "inverse_autoregressive"], context_dim=2),
}


def functional(posterior, given):
    """Return a model of the two layers, with the KL at the decoded code or at one of the layer's own."""
    x = keras.Input((6,))
    parameters = [keras.layers.Dense(width, name=name)(x) for name, width in posterior.heads(3).items()]
    z, log_q = Sampling(seed=1, posterior=posterior, return_log_prob=True)(parameters)
    assert tuple(z.shape) == (None, 3) and tuple(log_q.shape) == (None,)
    draw = {"z": z, "log_q": log_q} if given else {}
    kl = KLDivergence(0.5, posterior=posterior, seed=2)(parameters, **draw)[-1]
    return keras.Model(x, [keras.layers.Dense(6)(z), z, log_q, kl])


@pytest.mark.parametrize(("name", "given"), [("full_gaussian", False), ("flow", True)])
def test_the_two_layers_train_a_functional_model_which_goes_on_when_loaded(name, given, tmp_path):
    model = functional(POSTERIORS[name](), given)
    model.compile("adam", ["mse", None, None, None])
    assert np.isfinite(model.fit(DATA, DATA, epochs=2, verbose=0).history["loss"]).all()
    _, z, log_q, kl = model.predict(DATA, verbose=0)
    if given:
        log_prior = -0.5 * np.sum(z**2 + np.log(2.0 * np.pi), axis=1)
        np.testing.assert_allclose(kl, log_q - log_prior, rtol=1e-4, atol=1e-4)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    sampling, kl_divergence = (next(x for x in loaded.layers if isinstance(x, c)) for c in (Sampling, KLDivergence))
    assert sampling.posterior is kl_divergence.posterior and len(loaded.weights) == len(model.weights)
    further = [m.fit(DATA, DATA, shuffle=False, verbose=0).history["loss"] for m in (model, loaded)]
    np.testing.assert_allclose(*further, rtol=1e-6)


def test_without_a_code_the_kl_is_that_of_a_draw_of_its_own():
    posterior = posteriors.Flow(["planar"])  # a new one is the Gaussian, whose KL has a closed form
    mean, log_var = np.full((4000, 3), 0.5, "float32"), np.full((4000, 3), -1.0, "float32")
    layer = KLDivergence(2.0, posterior=posterior, seed=1)
    kl = keras.ops.convert_to_numpy(layer([mean, log_var])[-1])
    expected = 1.5 * (np.exp(-1.0) + 0.25 - 1.0 + 1.0)
    assert abs(kl.mean() - expected) < 4 * kl.std() / np.sqrt(len(kl)) and kl.std() > 0.1
    assert float(keras.ops.convert_to_numpy(layer.losses[0])) == pytest.approx(2.0 * kl.mean(), rel=1e-5)


def test_a_code_alone_is_asked_of_the_posterior():
    posterior = posteriors.Flow(["coupling"])
    parameters = [DATA[:, :3], DATA[:, 3:]]
    z = Sampling(posterior=posterior)(parameters)
    kl = KLDivergence(posterior=posterior)(parameters, z=z)[-1]
    log_q = posterior.log_prob(z, [keras.ops.convert_to_tensor(part) for part in parameters])
    log_prior = -0.5 * keras.ops.sum(z**2 + np.log(2.0 * np.pi), axis=1)
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (kl, log_q - log_prior)), rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match="of a given z is not defined for the posterior Flow"):
        KLDivergence(posterior=posteriors.Flow(["planar"]))(parameters, z=z)


def test_bad_input():
    with pytest.raises(ValueError, match=r"Sampling must be called on \(mean, log_var, tril\)"):
        Sampling(posterior="full_gaussian")([DATA, DATA])
    with pytest.raises(ValueError, match="`return_log_prob` must be True or False"):
        Sampling(return_log_prob="x")
