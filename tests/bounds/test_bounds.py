import keras
import numpy as np
import pytest
from contracts import config_round_trip
from gradients import gradients
from scipy import stats
from scipy.special import logsumexp

import keras_vae
from keras_vae import bounds

K = 50


@pytest.fixture(scope="module")
def vae():
    keras.utils.set_random_seed(1)
    encoder, decoder = keras_vae.networks.mlp((6,), 2, hidden=(8,))
    vae = keras_vae.VAE(encoder, decoder, likelihood=keras_vae.likelihoods.Gaussian(0.5), seed=3)
    vae.compile("adam")
    return vae


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).normal(size=(16, 6)).astype("float32")


def numpy(tensor):
    return np.array(keras.ops.convert_to_numpy(tensor), "float64")


def losses(bound, vae, x, sample_weight=None):
    """Return the losses of a batch and the draws that they were made of, as arrays."""
    drawn = {}
    draw = vae.sampling.draw

    def spying(parameters, training=None):
        drawn["z"], drawn["log_q"] = draw(parameters, training)
        return drawn["z"], drawn["log_q"]

    vae.sampling.draw = spying
    try:
        result, outputs = bound.losses_of(vae, keras.ops.convert_to_tensor(x), None, sample_weight, False)
    finally:
        vae.sampling.draw = draw
    return {name: float(numpy(value)) for name, value in result.items()}, outputs, numpy(drawn["z"])


def log_weights(vae, x, z, k):
    """Return log p(x|z) and log p(z) - log q(z|x) of the draws, computed by SciPy in float64."""
    mean, log_var = (part.astype("float64")[:, None] for part in vae.encode(x))
    z = z.reshape(len(x), k, -1)
    decoded = numpy(vae.decoder(z.reshape(len(x) * k, -1))).reshape(len(x), k, -1)
    log_likelihood = stats.norm(decoded, 0.5).logpdf(x[:, None]).sum(axis=-1)
    log_ratio = stats.norm.logpdf(z).sum(axis=-1) - stats.norm(mean, np.exp(log_var / 2)).logpdf(z).sum(axis=-1)
    return log_likelihood, log_ratio


@pytest.mark.parametrize("bound", [bounds.IWAE(K), bounds.DReG(K)], ids=["iwae", "dreg"])
def test_the_loss_is_the_bound_of_its_draws(vae, x, bound):
    weight = np.arange(16, dtype="float32")
    for beta in (1.0, 0.5):
        vae.beta.assign(beta)
        result, outputs, z = losses(bound, vae, x, weight)
        log_likelihood, log_ratio = log_weights(vae, x, z, K)
        expected = logsumexp(log_likelihood + beta * log_ratio, axis=1) - np.log(K)
        assert result["loss"] == pytest.approx(-np.average(expected, weights=weight), rel=1e-4)
        assert result["reconstruction_loss"] == pytest.approx(-np.average(log_likelihood.mean(1), weights=weight), 1e-4)
        assert result["kl_loss"] == pytest.approx(-np.average(log_ratio.mean(1), weights=weight), rel=1e-3)
        np.testing.assert_allclose(numpy(outputs["z"]), z.reshape(16, K, 2)[:, 0])
        assert tuple(outputs["parameters"].shape) == (16, 6) and tuple(outputs["kl"].shape) == (16,)
    vae.beta.assign(1.0)


def test_more_draws_are_a_higher_bound_below_log_p(vae, x):
    _, _, z = losses(bounds.IWAE(K), vae, x)
    weights = sum(log_weights(vae, x, z, K))
    on_the_same_draws = [(logsumexp(weights.reshape(16, -1, k), axis=-1) - np.log(k)).mean() for k in (1, 5, K)]
    assert on_the_same_draws == sorted(on_the_same_draws)
    exact = keras_vae.evaluation.marginal_likelihood(vae, x, 5000, seed=0, verbose=0)["marginal_likelihood"]
    many = [-losses(bounds.IWAE(k), vae, np.repeat(x, 50, axis=0))[0]["loss"] for k in (1, 5, K)]
    assert many[0] < many[1] < many[2] < exact + 0.05
    of_one_draw = -losses(bounds.IWAE(1), vae, np.repeat(x, 800, axis=0))[0]["loss"]
    error = weights.std(axis=1).mean() * np.sqrt(2.0 / (16 * 800))
    assert of_one_draw == pytest.approx(vae.elbo(x, num_samples=800, seed=0).mean(), abs=5 * error)


def test_the_doubly_reparameterized_gradient_has_the_mean_of_the_plain_one_and_less_noise(vae, x):
    """The gradient in (mean, log_var) of one example, of as many independent groups of draws as there are rows."""
    n = 4000
    row = np.repeat(x[:1], n, axis=0)
    mean, log_var = (np.repeat(part, n, axis=0) for part in vae.encode(x[:1]))
    of_each = {}
    encoded = vae.encoded
    try:
        for bound in (bounds.IWAE(20), bounds.DReG(20)):

            def loss(mean, log_var, bound=bound):
                vae.encoded = lambda x, y=None, training=False: [mean, log_var]
                return bound.losses_of(vae, keras.ops.convert_to_tensor(row), None, None, False)[0]["loss"]

            of_each[type(bound)] = n * np.concatenate(gradients(loss, mean, log_var), axis=1)
    finally:
        vae.encoded = encoded
    plain, doubly = of_each[bounds.IWAE], of_each[bounds.DReG]
    error = np.sqrt((plain.var(axis=0) + doubly.var(axis=0)) / n)
    assert np.all(np.abs(plain.mean(axis=0) - doubly.mean(axis=0)) < 4 * error)
    assert np.all(doubly.var(axis=0) < 0.7 * plain.var(axis=0))


@pytest.mark.parametrize("bound", ["elbo", "iwae", "dreg"])
def test_contract(digits, bound):
    copy = config_round_trip(bounds.get(bound), package="keras_vae.bounds")
    encoder, decoder = keras_vae.networks.mlp((64,), 2, hidden=(8,))
    vae = keras_vae.VAE(encoder, decoder, bound=copy)
    vae.compile(keras.optimizers.Adam(1e-2))
    history = vae.fit(digits, epochs=3, batch_size=64, validation_data=(digits,), verbose=0).history
    assert history["loss"][-1] < history["loss"][0] and np.isfinite(history["val_loss"]).all()
    assert set(vae.evaluate(digits, verbose=0, return_dict=True)) == {
        name for name in history if not name.startswith("val_") and name != "skipped_updates"
    }
    assert type(type(vae).from_config(vae.get_config()).bound) is type(copy)


def test_regularizers_count_once(digits):
    x = keras.Input((64,))
    heads = [keras.layers.Dense(2, kernel_regularizer=keras.regularizers.L2(0.5))(x) for _ in range(2)]
    decoder = keras_vae.networks.mlp((64,), 2, hidden=(8,))[1]
    vae = keras_vae.VAE(keras.Model(x, heads), decoder, bound=bounds.IWAE(2), prior="standard_normal")
    vae.compile("adam")
    vae(digits)  # what an earlier call has added is none of this one's
    result, _, z = losses(bounds.IWAE(2), vae, digits)
    regularization = 0.5 * sum(np.sum(numpy(w) ** 2) for w in vae.encoder.weights if "kernel" in w.path)
    mean, log_var = (part.astype("float64")[:, None] for part in vae.encode(digits))
    z = z.reshape(256, 2, 2)
    logits = numpy(decoder(z.reshape(512, 2))).reshape(256, 2, 64)
    log_weight = (digits[:, None] * logits - np.logaddexp(0.0, logits)).sum(-1) + stats.norm.logpdf(z).sum(-1)
    log_weight -= stats.norm(mean, np.exp(log_var / 2)).logpdf(z).sum(-1)
    expected = regularization - (logsumexp(log_weight, axis=1) - np.log(2)).mean()
    assert result["loss"] == pytest.approx(expected, rel=1e-4)


def test_bad_arguments():
    with pytest.raises(ValueError, match="`num_samples` must be a whole number of at least 1. Received: num_samples=0"):
        bounds.IWAE(0)
    with pytest.raises(ValueError, match="`bound` must be one of .* Received: bound='vr'"):
        bounds.get("vr")
    networks = keras_vae.networks.mlp((6,), 2, hidden=(8,))
    with pytest.raises(ValueError, match="`free_bits` must be 0 with the bound IWAE.* Received: free_bits=0.5"):
        keras_vae.VAE(*networks, free_bits=0.5, bound="iwae")
