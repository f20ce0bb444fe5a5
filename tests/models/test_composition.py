"""Roles compose: each pair gives right numbers, or a ValueError that names both."""

import copy
import gc

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import bounds, flows, networks, penalties, posteriors, priors


def make(posterior=None, latent_dim=2, **arguments):
    posterior = posteriors.get(posterior)
    keras.utils.set_random_seed(1)
    encoder, decoder = networks.mlp((64,), latent_dim, hidden=(16,), heads=posterior.heads(latent_dim))
    return keras_vae.VAE(encoder, decoder, posterior=posterior, seed=3, **arguments)


def flow():
    return posteriors.Flow([flows.InverseAutoregressive(hidden=(8,)), flows.Planar()], context_dim=3)


PRIORS = {
    "standard_normal": priors.StandardNormal,
    "mixture": lambda: priors.MixtureOfGaussians(3),
    "vamp": lambda: priors.VampPrior(4),
}
POSTERIORS = {
    "gaussian": posteriors.Gaussian,
    "full": posteriors.FullGaussian,
    "coupling": lambda: posteriors.Flow([flows.Coupling(hidden=(8,))]),
    "iaf": flow,
}
BOUNDS = {"elbo": bounds.ELBO, "iwae": lambda: bounds.IWAE(3), "dreg": lambda: bounds.DReG(3)}
REFUSED = {("vamp", "iaf"): "VampPrior with the posterior Flow", ("dreg", "iaf"): "DReG with the posterior Flow"}


@pytest.mark.parametrize("posterior", POSTERIORS)
@pytest.mark.parametrize("prior", PRIORS)
def test_every_prior_with_every_posterior(digits, prior, posterior):
    """The ELBO is the mean log-weight; the weights of many draws bound the same log p(x) whatever draws them."""
    vae = make(POSTERIORS[posterior](), prior=PRIORS[prior]())
    if (prior, posterior) in REFUSED:
        with pytest.raises(ValueError, match=REFUSED[prior, posterior]):
            vae.build((None, 64))
        return
    vae.build((None, 64))
    for net in (vae.encoder, vae.decoder):  # q(z|x) near p(z|x), so that few draws tell log p(x)
        net.set_weights([0.5 * weight for weight in net.get_weights()])
    random = np.random.default_rng(0)  # new flows are the identity
    vae.posterior.set_weights([random.normal(scale=0.2, size=w.shape) for w in vae.posterior.get_weights()])
    x = digits[:16]
    weights = vae.log_weights(x, 4000, seed=0).astype("float64")
    elbo = vae.elbo(x, num_samples=100, seed=1)
    error = np.sqrt(weights.var() / 16 * (1 / 100 + 1 / 4000))
    assert abs(elbo.mean() - weights.mean()) < 5 * error + 1e-3
    z = vae.sample_codes(20_000, seed=2)  # by the prior's own draws, an estimate without q
    decoded = keras.ops.convert_to_numpy(vae.decoder(z)).astype("float64")
    log_p = [np.logaddexp.reduce(decoded @ row - np.logaddexp(0, decoded).sum(1)) - np.log(len(z)) for row in x]
    by_weights = np.logaddexp.reduce(weights, axis=1) - np.log(4000)
    np.testing.assert_allclose(by_weights, log_p, atol=0.15)
    assert by_weights.mean() == pytest.approx(np.mean(log_p), abs=0.03)


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("posterior", POSTERIORS)
@pytest.mark.parametrize("prior", ["mixture", "vamp"])
def test_every_bound_trains(digits, bound, posterior, prior):
    arguments = {"prior": PRIORS[prior](), "bound": BOUNDS[bound]()}
    for pair, words in REFUSED.items():
        if posterior == pair[1] and pair[0] in (prior, bound):
            with pytest.raises(ValueError, match=words if bound != "dreg" else "DReG|VampPrior"):
                make(POSTERIORS[posterior](), **arguments).build((None, 64))
            return
    vae = make(POSTERIORS[posterior](), **arguments)
    vae.build((None, 64))
    x = digits[:64]
    logs = {}
    for name, value in vae.losses_of(keras.ops.convert_to_tensor(x), None, None, training=True)[0].items():
        logs[name] = float(keras.ops.convert_to_numpy(value))
    assert logs["elbo"] == pytest.approx(-logs["reconstruction_loss"] - logs["kl_loss"], rel=1e-5)
    k = getattr(vae.bound, "num_samples", 1)
    weights = vae.log_weights(x, 100 * k, seed=0).astype("float64").reshape(64, 100, k)
    expected = np.logaddexp.reduce(weights, axis=2) - np.log(k)
    spread = expected.std(axis=1).mean() / np.sqrt(64)
    assert -logs["loss"] == pytest.approx(expected.mean(), abs=6 * spread)


def test_a_loaded_model_of_many_roles_goes_on_equally(digits, tmp_path):
    vae = make(
        posteriors.FullGaussian(),
        prior=priors.VampPrior(pseudo_inputs=digits[:5]),
        bound=bounds.DReG(2),
        penalties=[penalties.MaximumMeanDiscrepancy(1.0, name="mmd")],
    )
    vae.compile(keras.optimizers.Adam(1e-2))
    vae.fit(digits, epochs=1, batch_size=64, verbose=0)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.models.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.elbo(digits, seed=0), vae.elbo(digits, seed=0), rtol=1e-5)
    going_on = [m.fit(digits, epochs=1, batch_size=64, shuffle=False, verbose=0).history for m in (vae, loaded)]
    for name in going_on[0]:
        np.testing.assert_allclose(going_on[0][name], going_on[1][name], rtol=1e-5, err_msg=name)


def test_pairs_that_are_refused(digits):
    encoder, decoder = networks.mlp((64,), 2, hidden=(8,), condition_shape=(10,))
    conditional = keras_vae.ConditionalVAE(encoder, decoder, num_classes=10, prior=priors.VampPrior(3))
    with pytest.raises(ValueError, match="`prior` must not be VampPrior in a ConditionalVAE"):
        conditional.compile()
    for penalty in (penalties.DIPII(), penalties.TotalCorrelation(1.0, num_examples=256)):
        with pytest.raises(ValueError, match=f"{type(penalty).__name__} needs the posterior Gaussian.*posterior Flow"):
            make(flow(), penalties=[penalty]).build((None, 64))
    with pytest.raises(ValueError, match="moments of q.*not defined for the posterior Flow"):
        made = make(flow())
        made.encode(digits)


def test_spatial_codes(data):
    images = data.x_train[:64]
    keras.utils.set_random_seed(1)
    vae = keras_vae.VAE(*networks.spatial((8, 8, 1), channels=2, filters=(8,)), free_bits=0.5, seed=3)
    vae.compile(keras.optimizers.Adam(1e-2))
    history = vae.fit(images, epochs=3, batch_size=16, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert vae.latent_shape == (4, 4, 2) and vae.latent_dim == 32
    mean, log_var = vae.encode(images)
    assert mean.shape == log_var.shape == vae.sample_codes(64, seed=0).shape == (64, 4, 4, 2)
    kl = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)
    np.testing.assert_allclose(vae.elbo_parts(images)[1], kl.sum(axis=(1, 2, 3)), rtol=1e-4)
    vae(images)
    of_channels = np.maximum(kl.sum(axis=(1, 2)).mean(axis=0), 0.5)  # free bits: a group is a channel
    assert float(keras.ops.convert_to_numpy(sum(vae.losses))) == pytest.approx(of_channels.sum(), rel=1e-4)
    changed = vae.traverse(images[0], 1, [-1.0, 2.0])
    code = mean[:1].copy()
    code[..., 1] = 2.0
    np.testing.assert_allclose(changed[1:], vae.decode(code), rtol=1e-4, atol=1e-5)
    assert vae.interpolate(images[0], images[1], steps=3).shape == (3, 8, 8, 1)
    assert vae.sample(3, truncation=5.0, seed=0).shape == (3, 8, 8, 1)
    assert vae.log_joint_and_gradient(images[:3], mean[:3])[1].shape == (3, 4, 4, 2)


@pytest.mark.parametrize("prior", ["mixture", "vamp"])
def test_a_prior_with_weights_belongs_to_one_model(digits, prior):
    prior = PRIORS[prior]()
    first = make(prior=prior)
    first.compile("adam")
    first.fit(digits, verbose=0)
    elbo = first.elbo(digits, seed=0)
    message = (
        f"`prior` must be a new one for each model.*{type(prior).__name__} '{prior.name}', which belongs to another"
    )
    for latent_dim in (2, 3):
        with pytest.raises(ValueError, match=message):
            make(prior=prior, latent_dim=latent_dim).build((None, 64))
    with pytest.raises(ValueError, match=message):
        keras_vae.Autoencoder(*networks.mlp((64,), 2, heads={"code": 2}), prior=prior).compile()
    first.build((None, 64))  # once more
    np.testing.assert_array_equal(first.elbo(digits, seed=0), elbo)
    copies = [copy.deepcopy(first), make(prior=copy.deepcopy(prior)), type(first).from_config(first.get_config())]
    for other in copies:
        other.compile("adam")
        other.fit(digits, verbose=0)
    np.testing.assert_array_equal(first.elbo(digits, seed=0), elbo)
    del first
    gc.collect()
    with pytest.raises(ValueError, match=message):
        make(prior=prior).build((None, 64))


def test_a_prior_without_weights_may_be_shared(digits):
    prior = priors.StandardNormal()
    for latent_dim in (2, 2):
        vae = make(prior=prior, latent_dim=latent_dim)
        vae.compile("adam")
        assert np.isfinite(vae.fit(digits, verbose=0).history["loss"][0])
