import numpy as np
import pytest

from keras_vae.evaluation import elbo


def test_at_the_exact_posterior_the_bound_is_the_likelihood(linear):
    linear.covariance = np.diag(1.0 / (1.0 + np.arange(1, 3) ** 2 / linear.sigma**2))
    linear.kernel = np.eye(2, 6) * np.arange(1, 3)[:, None]
    x = linear.simulate(100, np.random.default_rng(1))[1]
    result = elbo(linear.model(), x, num_samples=400, seed=0)
    # a draw's log p(x|z) has the standard deviation sqrt(d / 2) at most: 400 draws of 100 examples leave 0.005
    assert abs(result["elbo"] - linear.log_prob(x).mean()) < 4 * 0.01
    assert result["elbo"] == pytest.approx(-result["reconstruction_loss"] - result["kl_loss"])
    assert elbo(linear.model(0.5), x, num_samples=400, seed=0)["elbo"] < result["elbo"] - 0.1


def test_another_prior_is_counted_by_its_draws(linear, linear_data):
    model, same = linear.model(), linear.model()
    same.log_prior = lambda z: model.log_prior(z)  # the same prior, as a function without a closed form
    ours, theirs = (elbo(m, linear_data, num_samples=500, seed=0)["kl_loss"] for m in (model, same))
    assert ours == pytest.approx(theirs, abs=0.05) and ours != theirs


def test_a_vae_on_its_whole_split(make_vae, digits):
    vae = make_vae()
    vae.fit(digits, epochs=1, verbose=0)
    result = elbo(vae, digits, num_samples=3, seed=1, batch_size=100)
    values = vae.elbo(digits, num_samples=3, seed=1, batch_size=100)
    assert result["elbo"] == pytest.approx(values.mean(), rel=1e-6)
    assert result["elbo_standard_error"] == pytest.approx(values.std(ddof=1) / 16, rel=1e-5)
    assert (result["num_examples"], result["num_samples"], result["seed"]) == (256, 3, 1)
    with pytest.raises(ValueError, match="`num_samples` must be a whole number"):
        elbo(vae, digits, num_samples=0)
