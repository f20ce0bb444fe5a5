import keras
import numpy as np
import pytest
from contracts import posterior_contract
from gradients import gradients
from scipy import stats

import keras_vae
from keras_vae import flows, posteriors, priors

SMALL = {"hidden": (8,), "activation": "tanh"}


def invertible():
    return [flows.InverseAutoregressive(**SMALL), flows.Coupling(**SMALL), flows.Coupling(**SMALL)]


def made(steps, dim, context_dim=0, scale=0.4):
    """Return a posterior of flows with weights drawn at random."""
    posterior = posteriors.Flow(steps, context_dim)
    posterior.build([(None, width) for width in posterior.heads(dim).values()])
    random = np.random.default_rng(0)
    for weight in posterior.weights:
        weight.assign(random.normal(scale=scale, size=weight.shape))
    return posterior


def parameters(posterior, dim, n=6):
    random = np.random.default_rng(1)
    return [random.normal(scale=0.5, size=(n, width)).astype("float32") for width in posterior.heads(dim).values()]


array = keras.ops.convert_to_numpy


def tensors(arrays):
    return [keras.ops.convert_to_tensor(array) for array in arrays]


def test_contract():
    posterior_contract(posteriors.Flow([flows.InverseAutoregressive((8,)), "planar"]), 4)  # others: tests/flows


def test_log_q_at_its_own_draw_is_log_q_at_a_given_z():
    posterior = made(invertible(), 3, context_dim=2)
    given = tensors(parameters(posterior, 3))
    z, log_q = posterior.sample(given, seed=1)
    assert posterior.has_log_prob and not posterior.has_moments
    np.testing.assert_allclose(array(posterior.log_prob(z, given)), array(log_q), rtol=1e-4, atol=1e-4)


def test_q_integrates_to_1():
    posterior = made(invertible(), 2, context_dim=2)
    axis = np.linspace(-20.0, 20.0, 401, dtype="float32")
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    given = [np.repeat(part[:1], len(grid), axis=0) for part in parameters(posterior, 2)]
    log_q = array(posterior.log_prob(keras.ops.convert_to_tensor(grid), tensors(given)))
    cell = float(axis[1] - axis[0]) ** 2
    assert np.sum(np.exp(log_q)) * cell == pytest.approx(1.0, abs=2e-3)
    draws, _ = posterior.sample(tensors(given), seed=0)
    expected = np.sum(np.exp(log_q)[:, None] * grid, axis=0) * cell
    np.testing.assert_allclose(array(draws).mean(axis=0), expected, atol=0.02)


def test_the_law_of_a_planar_flow_is_the_derivative_of_its_distribution_function():
    posterior = made(["planar"], 1, scale=1.5)
    given = [np.full((2000, 1), 0.3, "float32"), np.full((2000, 1), -0.4, "float32")]
    z, log_q = map(array, posterior.sample(tensors(given), seed=1))
    u = np.linspace(-8.0, 8.0, 20_001)
    images = array(posterior.flows[0](u[:, None].astype("float32"))[0])[:, 0]
    distribution = stats.norm(0.3, np.exp(-0.2)).cdf(u)  # P(z <= f(u)) = P(u' <= u), f increasing
    assert np.all(np.diff(images) > 0)
    step = 0.02
    at = np.interp(z[:, 0] + step, images, distribution) - np.interp(z[:, 0] - step, images, distribution)
    np.testing.assert_allclose(np.exp(log_q), at / (2 * step), atol=2e-3)


@pytest.mark.parametrize("names", [["coupling"] * 2, ["inverse_autoregressive"] * 2, ["planar"], ["coupling"]])
def test_new_flows_leave_the_gaussian_vae_as_it_is(names):
    x = np.random.default_rng(0).random((20, 6)).astype("float32")
    vaes = []
    for posterior in (posteriors.Gaussian(), posteriors.Flow(names)):
        keras.utils.set_random_seed(1)
        encoder, decoder = keras_vae.networks.mlp((6,), 4, hidden=(8,))
        vaes.append(keras_vae.VAE(encoder, decoder, prior=WithoutClosedForm(), posterior=posterior))
        vaes[-1].build((None, 6))
    order = [0, 1, 2, 3]
    if names == ["coupling"]:  # a single one leaves the numbers in another order: z = (u_3, u_4, u_1, u_2)
        order = [2, 3, 0, 1]
        kernel, bias = vaes[1].decoder.layers[1].get_weights()
        vaes[1].decoder.layers[1].set_weights([kernel[order], bias])
    expected, elbo = (vae.elbo(x, seed=2) for vae in vaes)
    np.testing.assert_allclose(elbo, expected, rtol=1e-6)
    np.testing.assert_allclose(vaes[1].reconstruct(x), vaes[0].reconstruct(x), rtol=1e-6)
    codes = vaes[0].posterior.mean(vaes[0].encoded(x)), vaes[1].posterior.mean(vaes[1].encoded(x))
    np.testing.assert_array_equal(array(codes[1]), array(codes[0])[:, order])


class WithoutClosedForm(priors.StandardNormal):
    """The standard normal, its KL estimated at the draw."""

    def kl_of_gaussian(self, mean, log_var):
        return None


def test_the_gradient_of_log_q_at_a_given_z_is_numerical():
    posterior = made(invertible(), 3)
    given = parameters(posterior, 3, n=2)
    z = np.float32([[0.3, -0.2, 0.5], [-1.0, 0.1, 0.2]])

    def log_q(z, *given):
        return keras.ops.sum(posterior.log_prob(z, list(given)))

    (gradient, *_) = gradients(log_q, z, *given)
    for i, j in np.ndindex(*z.shape):
        step = np.zeros_like(z)
        step[i, j] = 1e-2
        ends = [float(array(log_q(*tensors([z + sign * step, *given])))) for sign in (1, -1)]
        assert gradient[i, j] == pytest.approx((ends[0] - ends[1]) / 2e-2, rel=0.05, abs=0.02)


def test_without_an_inverse_log_q_is_known_at_its_own_draws_only():
    posterior = made(["coupling", "planar"], 2)
    given = tensors(parameters(posterior, 2))
    assert not posterior.has_log_prob
    with pytest.raises(ValueError, match=r"log q\(z\|x\) of a given z is not defined for the posterior Flow"):
        posterior.log_prob(given[0], given)
    with pytest.raises(ValueError, match="The moments of .* are not defined for the posterior Flow"):
        posterior.moments(given)
    gaussian = posteriors.Gaussian()
    assert gaussian.has_log_prob and gaussian.has_moments


def test_bad_arguments():
    for bad in ([], "coupling", None):
        with pytest.raises(ValueError, match="`flows` must be a list of at least one flow. Received: flows="):
            posteriors.Flow(bad)
    with pytest.raises(ValueError, match="`flow` must be one of 'coupling'.* Received: flow='spline'"):
        posteriors.Flow(["spline"])
    with pytest.raises(ValueError, match="`context_dim` must be a whole number of at least 0"):
        posteriors.Flow(["planar"], context_dim=-1)
    with pytest.raises(
        ValueError, match=r"must be \(mean, log_var\), .* Received: tensors of the shapes \(batch, 7, 7"
    ):
        posteriors.Flow(["planar"]).build([(None, 7, 7, 2)] * 2)
    with pytest.raises(ValueError, match=r"\(mean, log_var, context\), .* and context of shape \(batch, 3\)"):
        posteriors.Flow(["planar"], context_dim=3).build([(None, 2)] * 3)
    with pytest.raises(ValueError, match="at least 2 for the flow Coupling"):
        posteriors.Flow(["coupling"]).build([(None, 1)] * 2)
