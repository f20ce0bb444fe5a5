import keras
import numpy as np
import pytest
from scipy import stats

from keras_vae import posteriors, priors

MEAN = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
LOG_VAR = np.random.default_rng(1).normal(size=(6, 3)).astype("float32")


def tensors(*arrays):
    return [keras.ops.convert_to_tensor(array) for array in arrays]


def test_log_q_of_a_draw_is_scipys():
    z, log_q = map(keras.ops.convert_to_numpy, posteriors.Gaussian().sample(tensors(MEAN, LOG_VAR), seed=3))
    expected = stats.norm(MEAN, np.exp(LOG_VAR / 2)).logpdf(z).sum(axis=1)
    np.testing.assert_allclose(log_q, expected, rtol=1e-5)
    assert not np.array_equal(z, MEAN)


def test_codes_of_any_shape():
    shape = (2, 2, 3, 4)
    random = np.random.default_rng(2)
    mean, log_var = (random.normal(size=shape).astype("float32") for _ in range(2))
    posterior, prior = posteriors.Gaussian(), priors.StandardNormal()
    posterior.build([(None, *shape[1:])] * 2)
    prior.build((None, *shape[1:]))
    assert posterior.latent_shape == prior.latent_shape == (2, 3, 4) and posterior.latent_dim == prior.latent_dim == 24
    z, log_q = posterior.sample(tensors(mean, log_var), seed=1)
    assert tuple(z.shape) == shape and tuple(log_q.shape) == (2,)
    kl = keras.ops.convert_to_numpy(posterior.kl(tensors(mean, log_var), prior, z, log_q))
    expected = 0.5 * (np.exp(log_var) + mean**2 - 1.0 - log_var)
    np.testing.assert_allclose(kl, expected.sum(axis=(1, 2)), rtol=1e-5)  # a group is a channel
    z = keras.ops.convert_to_numpy(z)
    np.testing.assert_allclose(
        prior.log_prob(keras.ops.convert_to_tensor(z)), stats.norm.logpdf(z).sum(axis=(1, 2, 3)), rtol=1e-5
    )
    assert tuple(prior.sample(5, seed=0).shape) == (5, 2, 3, 4)
    assert prior.sample_truncated(5, 6.0, seed=0).shape == (5, 2, 3, 4)


def test_names():
    assert isinstance(posteriors.get(None), posteriors.Gaussian)
    assert isinstance(posteriors.get("gaussian"), posteriors.Gaussian)
    with pytest.raises(ValueError, match="`posterior` must be one of .*'gaussian'.* Received: posterior='flow'"):
        posteriors.get("flow")


@pytest.mark.parametrize("shapes", [[(None, 2)], [(None, 2), (None, 3)], [(None,), (None,)], [(None, 2)] * 3])
def test_shapes_that_are_no_parameters(shapes):
    with pytest.raises(ValueError, match=r"must be \(mean, log_var\), two tensors of one shape .* Received: tensors"):
        posteriors.Gaussian().build(shapes)
