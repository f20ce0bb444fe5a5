"""Scores of models with any prior and posterior, with conditions, and without a probability of data."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import evaluation, flows, networks, posteriors, priors
from keras_vae.evaluation.protocol import codes_of

MIXTURE = "not defined for the posterior Flow"


def make(posterior=None, **arguments):
    posterior = posteriors.get(posterior)
    encoder, decoder = networks.mlp((64,), 2, hidden=(16,), heads=posterior.heads(2))
    vae = keras_vae.VAE(encoder, decoder, posterior=posterior, seed=3, **arguments)
    vae.compile(keras.optimizers.Adam(1e-2))
    return vae


@pytest.fixture(scope="module")
def split(data):
    x, y = data.x_train[:200].reshape(200, 64), data.y_train[:200]
    return SimpleNamespace(x_train=x[:120], x_test=x[120:], y_train=y[:120], y_test=y[120:], name="digits")


def test_another_prior_is_asked_and_not_taken_for_the_standard_one(split):
    """A mixture of one Gaussian of mean 3: codes of N(0, I) are far from it, and have the KL of the closed form."""
    vae = make(prior=priors.MixtureOfGaussians(1))
    vae.build((None, 64))
    vae.prior.means.assign(np.full((1, 2), 3.0))
    codes = codes_of(vae, split.x_train)
    np.testing.assert_allclose(codes.moments_of_prior()[0], 3.0, atol=0.05)
    z = np.random.default_rng(0).normal(size=(5, 2))
    expected = -0.5 * ((z - 3.0) ** 2).sum(axis=1) - np.log(2 * np.pi)
    np.testing.assert_allclose(codes.log_prior(z), expected, rtol=1e-4)
    mean, log_var = (part.astype("float64") for part in vae.encode(split.x_train))
    exact = 0.5 * (np.exp(log_var) + (mean - 3.0) ** 2 - 1 - log_var).sum(axis=1).mean()
    assert codes.kl == pytest.approx(exact, rel=0.15)  # at one draw
    result = evaluation.diagnose(vae, split.x_train)
    assert result["kl_per_dimension"] is None and result["distance_to_prior"] > 1.0
    nats = evaluation.mutual_information(mean, log_var, 50, log_prior=codes.log_prior)
    assert nats["kl"] == pytest.approx(exact, rel=0.05) and "identity_gap" not in nats


def test_a_posterior_without_moments_says_so_in_its_rows(split, capsys):
    flow = posteriors.Flow([flows.Planar(), flows.InverseAutoregressive(hidden=(8,))], context_dim=2)
    vae = make(flow, prior=priors.MixtureOfGaussians(3))
    vae.fit(split.x_train, epochs=3, verbose=0)
    result = evaluation.report(vae, split, num_samples=10, num_generated=30)
    diagnosis = result["code"]["diagnosis"]
    assert diagnosis["not_defined"] == MIXTURE and diagnosis["mutual_information"] is None
    assert diagnosis["kl"] == pytest.approx(vae.kl(split.x_test, seed=0).mean(), rel=1e-5)
    assert result["code"]["prior_holes"] is None and "truncated" not in result["samples"]["samplers"]
    printed = capsys.readouterr().out
    for name in ("mutual information", "aggregate KL", "prior holes"):
        assert f"{name:<24} {MIXTURE}" in printed
    assert "REPRESENTATION  labels read from the codes" in printed  # they are not the means
    assert "VAE" not in printed.splitlines()[2] and "Flow, MixtureOfGaussians" in printed
    monitor = keras_vae.callbacks.CollapseMonitor(split.x_test)
    logs = vae.fit(split.x_train, verbose=0, callbacks=[monitor]).history
    assert logs["monitored_kl"][0] == pytest.approx(vae.kl(split.x_test, seed=0).mean(), rel=1e-4)


def test_the_moments_of_the_aggregate_posterior_of_any_posterior(split):
    """Var(E[z|x]) + E[Var(z|x)], by 200 draws of each example; its distance to N(0, I) is no more than the KL."""
    flow = posteriors.Flow([flows.Planar(), flows.InverseAutoregressive(hidden=(8,))])
    for posterior in (posteriors.FullGaussian(), flow):
        vae = make(posterior)
        vae.fit(split.x_train, epochs=3, verbose=0)
        x = split.x_test
        z = np.concatenate([vae.sample_posterior(x, seed=seed)[0] for seed in range(200)]).astype("float64")
        mean, variance = z.mean(axis=0), z.var(axis=0)
        codes = codes_of(vae, x)
        error = 1 / np.sqrt(len(z) if posterior.has_moments else 10 * len(x))
        assert np.all(np.abs(codes.moments[0] - mean) < 4 * error * np.sqrt(variance))
        np.testing.assert_allclose(codes.moments[1], variance, rtol=6 * error)
        np.testing.assert_array_equal(codes.moments, codes_of(vae, x).moments)
        result = evaluation.diagnose(vae, x)
        mean, variance = codes.moments
        distance = 0.5 * np.mean(variance + mean**2 - 1 - np.log(variance))
        assert result["distance_to_prior"] == pytest.approx(distance, rel=1e-4)
        kl = np.mean([vae.kl(x, seed=seed).mean() for seed in range(20)])
        assert 2 * result["distance_to_prior"] < kl + error


def test_the_labels_of_the_data_are_the_conditions(split, capsys):
    encoder, decoder = networks.mlp((64,), 2, hidden=(16,), condition_shape=(10,))
    vae = keras_vae.ConditionalVAE(encoder, decoder, num_classes=10, seed=3)
    vae.compile(keras.optimizers.Adam(1e-2))
    vae.fit(split.x_train, split.y_train, epochs=3, verbose=0)
    result = evaluation.report(vae, split, num_samples=10, num_generated=30, seed=1)
    assert "ConditionalVAE" in capsys.readouterr().out
    x, y = split.x_test, split.y_test
    elbo = vae.elbo(x, y, num_samples=10, seed=1).astype("float64")
    assert result["density"]["elbo"]["elbo"] == pytest.approx(elbo.mean(), rel=1e-5)
    bound = evaluation.marginal_likelihood(vae, x, 10, y=y, seed=1)
    assert result["density"]["marginal_likelihood"] == bound
    with pytest.raises(ValueError, match="`data` must have y_train and y_test for a ConditionalVAE"):
        evaluation.report(vae, SimpleNamespace(x_train=x, x_test=x))

    threes = vae.given(3)
    three = np.full(len(x), 3)
    np.testing.assert_array_equal(threes.codes(x), vae.codes(x, three))
    np.testing.assert_array_equal(threes.sample(4, seed=0), vae.sample(4, y=[3] * 4, seed=0))
    ours = evaluation.marginal_likelihood(threes, x, 10, seed=1)
    assert ours == evaluation.marginal_likelihood(vae, x, 10, y=three, seed=1)
    assert evaluation.ais(threes, x[:3], num_steps=3, num_chains=2, leapfrog_steps=2)["num_examples"] == 3
    assert evaluation.diagnose(threes, x)["latent_dim"] == 2
    with pytest.raises(ValueError, match="`y` must be labels from 0 to 9. Received: 10"):
        vae.given(10)
    with pytest.raises(ValueError, match=r"`model` must be a model of x: a conditional .* at one condition, vae.given"):
        evaluation.ais(vae, x[:3])
    with pytest.raises(ValueError, match=r"`model` must be a model of x: a conditional .* at one condition, vae.given"):
        evaluation.ais_sandwich(vae, 3)
    with pytest.raises(ValueError, match="`y_train` must be given for a ConditionalVAE"):
        evaluation.compare_samplers(vae, x, x)


def test_conditions_that_are_none_name_what_of_the_data_is_wrong(split):
    vae = keras_vae.ConditionalVAE(*networks.mlp((64,), 2, hidden=(4,), condition_shape=(2,)), condition_shape=(2,))
    attributes = np.zeros((120, 2))
    data = SimpleNamespace(**{**vars(split), "y_train": attributes})
    message = r"`data.y_test` must hold the conditions of the ConditionalVAE: `y` must have the shape \(batch, 2\)"
    with pytest.raises(ValueError, match=message):
        evaluation.report(vae, data)
    with pytest.raises(ValueError, match="`data.y_train` must hold the conditions of the ConditionalVAE"):
        evaluation.report(vae, split)


def test_an_autoencoder_has_no_density(split, capsys):
    keras.utils.set_random_seed(1)
    autoencoder = keras_vae.Autoencoder(*networks.mlp((64,), 2, hidden=(16,), heads={"code": 2}))
    autoencoder.compile(keras.optimizers.Adam(1e-2))
    autoencoder.fit(split.x_train, epochs=2, verbose=0)
    result = evaluation.report(autoencoder, split, num_generated=30, verbose=0)
    assert set(result) == {"protocol", "code", "representation", "baselines"} and set(result["code"]) == {"smoothness"}
    evaluation.report(autoencoder, split, num_generated=30)
    assert "SAMPLES  none: call adapt(x) first" in capsys.readouterr().out
    with pytest.raises(ValueError, match="CollapseMonitor needs a keras_vae.VAE. Received: a Autoencoder"):
        autoencoder.fit(split.x_train, verbose=0, callbacks=[keras_vae.callbacks.CollapseMonitor(split.x_test)])
    autoencoder.adapt(split.x_train)
    result = evaluation.report(autoencoder, split, num_generated=30)
    rows = result["samples"]["samplers"]
    assert set(rows) == {"prior", "temperature", "gaussian mixture", "real"}
    printed = capsys.readouterr().out
    assert "DENSITY" not in printed and "this autoencoder" in printed and "beta" not in printed
    assert "REPRESENTATION  labels read from the codes" in printed and "adapt" not in printed
    expected = "`model` must be a model with a posterior and a probability of data: a keras_vae.VAE"
    with pytest.raises(ValueError, match=f"{expected}.* which has no elbo_parts"):
        evaluation.elbo(autoencoder, split.x_test)
    with pytest.raises(ValueError, match=f"{expected}.* which has no encode, kl"):
        evaluation.diagnose(autoencoder, split.x_test)


def test_spatial_codes_are_vectors_to_the_scores(data):
    images = data.x_train[:60]
    vae = keras_vae.VAE(*networks.spatial((8, 8, 1), channels=2, filters=(4,)), seed=3)
    vae.build((None, 8, 8, 1))
    mean, log_var = vae.encode(images)
    flat = mean.reshape(60, -1), log_var.reshape(60, -1)
    for score in (evaluation.active_units, evaluation.mutual_information, evaluation.prior_holes):
        assert score(mean, log_var) == score(*flat)
    y = data.y_train[:60]
    assert evaluation.linear_probe(mean, y, mean, y) == evaluation.linear_probe(flat[0], y, flat[0], y)
    split = SimpleNamespace(x_train=images, x_test=images, name="images")
    result = evaluation.report(vae, split, num_samples=5, num_generated=20, verbose=0)
    assert result["protocol"]["latent_dim"] == 32 and len(result["code"]["diagnosis"]["kl_per_dimension"]) == 32
    assert evaluation.ais(vae, images[:2], num_steps=3, num_chains=2, leapfrog_steps=2)["num_examples"] == 2
