"""AIS against exact likelihoods; the gradients that drive it against differences in NumPy."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, evaluation, networks, posteriors


@pytest.mark.plain
def test_it_reaches_the_exact_likelihood_where_importance_sampling_does_not(linear, linear_data):
    model, exact = linear.model(0.7, 0.7), linear.log_prob(linear_data).mean()
    one, many = (evaluation.ais(model, linear_data, num_steps=t, seed=0, verbose=0) for t in (1, 60))
    error = np.sqrt(np.maximum(1 / many["effective_sample_size"] - 1 / 16, 0) / 60)
    assert one["ais"] < exact - 0.3 and abs(many["ais"] - exact) < 4 * error + 0.02
    assert 0.5 < many["acceptance"] < 0.95 and many["effective_sample_size"] > 8 > one["effective_sample_size"]


@pytest.mark.plain
def test_more_steps_are_not_worse(linear):
    """Where trajectories of one length came back: -3.3, -6.9, -13.0, -3.5 nats from the exact value at these steps."""
    linear = type(linear)(latent_dim=4, num_values=12)
    x = linear.simulate(40, np.random.default_rng(1))[1]
    results = [evaluation.ais(linear.model(1.0), x, t, num_chains=4, seed=0, verbose=0) for t in (5, 10, 20, 40)]
    gaps = linear.log_prob(x).mean() - np.array([result["ais"] for result in results])
    assert np.all(gaps > 0) and np.all(np.diff(gaps) < 0.5) and gaps[-1] < 2.0 < 4.0 < gaps[0]


@pytest.mark.plain
def test_the_chains_leave_the_posterior_as_it_is(linear):
    """At the last temperature alone the moves are a sampler of p(z|x): its moments are those of the exact one."""
    from keras_vae.evaluation.density import hamiltonian

    x = linear.simulate(1, np.random.default_rng(3))[1]
    model = linear.model(0.5, 0.8)
    mean, log_var = model.encode(x)
    path, random = hamiltonian.Path(model, x, mean, log_var, 4000), np.random.default_rng(0)
    state = path.state(random.standard_normal((4000, 2)))
    for _ in range(25):
        state, _ = hamiltonian.transition(path, state, 1.0, np.array([0.3]), 5, random)
    z = path.mean + path.sigma * state.u
    exact = mean[0] - 0.5
    error = np.sqrt(np.diag(linear.covariance) / 4000)
    assert np.all(np.abs(z.mean(axis=0) - exact) < 4 * error)
    np.testing.assert_allclose(np.cov(z.T), linear.covariance, atol=5 * np.abs(linear.covariance).max() / np.sqrt(4000))


@pytest.mark.plain
def test_the_sandwich_holds_the_exact_likelihood(linear):
    model = linear.model(0.5, 0.5)
    drawn = model.simulate(40, seed=7)  # what the sandwich will draw from that seed
    result = evaluation.ais_sandwich(model, 40, num_steps=40, num_chains=8, seed=7, verbose=0)
    exact = linear.log_prob(drawn[1]).mean()
    slack = 4 * result["gap_standard_error"]
    assert result["lower"] < exact + slack and result["upper"] > exact - slack
    assert abs(result["gap"]) < 0.1 + slack


def test_a_vae(make_vae, digits):
    vae = make_vae(latent_dim=3)
    vae.fit(digits, epochs=2, verbose=0)
    x = digits[:5]
    z = np.random.default_rng(0).normal(size=(5, 3))
    log_joint, gradient = vae.log_joint_and_gradient(x, z)
    hidden, hidden_bias, out, out_bias = (keras.ops.convert_to_numpy(w).astype("float64") for w in vae.decoder.weights)

    def exact(z):
        logits = np.maximum(z @ hidden + hidden_bias, 0.0) @ out + out_bias
        log_likelihood = np.sum(x * logits - np.logaddexp(0.0, logits), axis=1)
        return log_likelihood - np.sum(z**2, axis=1) / 2 - 1.5 * np.log(2 * np.pi)

    np.testing.assert_allclose(log_joint, exact(z), rtol=1e-5)
    step = 1e-5 * np.eye(3)
    differences = np.stack([(exact(z + e) - exact(z - e)) / 2e-5 for e in step], axis=1)
    np.testing.assert_allclose(gradient, differences, rtol=1e-3, atol=1e-4)

    annealed = evaluation.ais(vae, x, num_steps=8, num_chains=4, leapfrog_steps=3, seed=0, verbose=0)
    sampled = evaluation.marginal_likelihood(vae, x, 2000, seed=0)["marginal_likelihood"]
    assert annealed["ais"] == pytest.approx(sampled, abs=0.6) and annealed["acceptance"] > 0.4
    sandwich = evaluation.ais_sandwich(vae, 8, num_steps=64, num_chains=8, leapfrog_steps=3, seed=0, verbose=0)
    assert abs(sandwich["gap"]) < 1.0


def test_a_posterior_without_moments_is_refused_with_a_way_out(digits):
    posterior = posteriors.Flow(["planar"])
    vae = VAE(*networks.mlp((64,), 2, hidden=(4,), heads=posterior.heads(2)), posterior=posterior)
    message = "`model` must have a posterior with moments, .*marginal_likelihood .* with the posterior Flow"
    with pytest.raises(ValueError, match=message):
        evaluation.ais(vae, digits[:3])
    with pytest.raises(ValueError, match=message):
        evaluation.ais_sandwich(vae, 3)


def test_bad_input(make_vae, digits, linear, linear_data):
    with pytest.raises(ValueError, match="`num_steps` must be a whole number of at least 1. Received: num_steps=0"):
        evaluation.ais(make_vae(), digits, num_steps=0)
    with pytest.raises(ValueError, match="`x` must have at least one row"):
        evaluation.ais(linear.model(), linear_data[:0])
    model = linear.model()
    model.gradient = None
    with pytest.raises(ValueError, match="`gradient` must be given to ArrayModel"):
        evaluation.ais(model, linear_data)
    with pytest.raises(ValueError, match="`z` must have a row for each row of x. Received: 3 and 2"):
        make_vae().log_joint_and_gradient(digits[:2], np.zeros((3, 2)))
