import keras
import numpy as np
import pytest
from contracts import assert_saved_file_is_equal, config_round_trip, model_contract
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

import keras_vae
from keras_vae import networks, penalties, priors


def make(latent_dim=3, **arguments):
    keras.utils.set_random_seed(1)
    return keras_vae.Autoencoder(
        *networks.mlp((64,), latent_dim, hidden=(16,), heads={"code": latent_dim}), **arguments
    )


@pytest.fixture(scope="module")
def trained(data):
    autoencoder = make(seed=1)
    autoencoder.compile(keras.optimizers.Adam(1e-2))
    autoencoder.fit(data.x_train[:256].reshape(256, 64), epochs=3, batch_size=64, verbose=0)
    return autoencoder


def test_the_lectures_net_has_its_parameters():
    autoencoder = keras_vae.Autoencoder(*networks.mlp((784,), 16, hidden=(256, 64), heads={"code": 16}))
    autoencoder.build((None, 784))
    assert autoencoder.encoder.count_params() + autoencoder.decoder.count_params() == 437_664


def test_a_linear_one_reaches_pca():
    random = np.random.default_rng(0)
    x = random.normal(size=(512, 3)) @ random.normal(size=(3, 8)) + 0.3 * random.normal(size=(512, 8)) + 1.0
    x = x.astype("float32")
    inputs, z = keras.Input((8,)), keras.Input((3,))
    encoder = keras.Model(inputs, keras.layers.Dense(3)(inputs))
    decoder = keras.Model(z, keras.layers.Dense(8)(z))
    autoencoder = keras_vae.Autoencoder(encoder, decoder, likelihood="gaussian")
    autoencoder.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-2, 1200)))
    autoencoder.fit(x, epochs=150, batch_size=64, verbose=0)
    pca = PCA(3).fit(x)
    best = np.mean((x - pca.inverse_transform(pca.transform(x))) ** 2)
    assert best < np.mean((autoencoder.reconstruct(x) - x) ** 2) < 1.02 * best
    span = np.linalg.qr(decoder.get_weights()[0].T)[0]
    assert np.linalg.svd(span.T @ pca.components_.T)[1].min() > np.cos(np.radians(3.0))  # the largest principal angle


def test_adapt_fits_the_mixture_of_scikit_learn_and_then_it_samples(trained, digits):
    with pytest.raises(ValueError, match=r"has no prior to draw codes from yet: call adapt\(x\) after the training"):
        trained.sample(3)
    codes = trained.codes(digits)
    trained.adapt(digits)
    theirs = GaussianMixture(10, covariance_type="diag", random_state=0).fit(codes)
    log_prob = keras.ops.convert_to_numpy(trained.prior.log_prob(keras.ops.convert_to_tensor(codes)))
    assert log_prob.mean() == pytest.approx(theirs.score(codes), rel=1e-4)
    assert trained.sample(5, seed=0).shape == trained.sample(5, observe=True, seed=0).shape == (5, 64)
    np.testing.assert_array_equal(trained.sample(5, seed=0), trained.decode(trained.sample_codes(5, seed=0)))
    loaded = assert_saved_file_is_equal(trained, lambda m: [m.sample(4, seed=1), m.reconstruct(digits)])
    assert loaded.prior.is_ready


def test_it_has_no_probability_of_data(trained, digits):
    for name in ("elbo", "elbo_parts", "log_weights", "encode", "beta", "simulate", "kl_divergence"):
        assert not hasattr(trained, name)
    assert set(trained(digits[:4])) == {"parameters", "z"}
    np.testing.assert_allclose(trained.codes(digits), trained.encoder.predict(digits, verbose=0), rtol=1e-5, atol=1e-6)
    assert trained.interpolate(digits[0], digits[1], steps=3).shape == (3, 64)
    assert trained.traverse(digits[0], -1, [0.0, 1.0]).shape == (2, 64)


def of_many_parts():
    return make(
        likelihood=keras_vae.likelihoods.Gaussian("learned"),
        prior=priors.MixtureOfGaussians(2),
        penalties=[penalties.MaximumMeanDiscrepancy(keras_vae.schedules.Linear(10, end=2.0), name="mmd")],
        skip_threshold=1e6,
        seed=7,
        name="mine",
    )


def test_contract(digits):
    model_contract(of_many_parts, digits[:64])
    copy = config_round_trip(of_many_parts(), package="keras_vae.models")
    assert copy.name == "mine" and copy.prior.num_components == 2 and copy.penalties[0].name == "mmd"
    copy.compile(keras.optimizers.Adam(1e-2), metrics=["mse"])
    history = copy.fit(digits[:64], epochs=2, batch_size=16, verbose=0).history
    assert set(history) == {"loss", "reconstruction_loss", "mmd", "mse", "mmd_weight", "skipped_updates"}
    assert history["mmd_weight"][-1] == pytest.approx(2.0 * 7 / 10)


def test_a_wasserstein_autoencoder_is_an_argument(digits):
    """Its prior is N(0, I), from which it samples without `adapt`."""
    distances = []
    for weight in (0.0, 100.0):
        penalty = penalties.MaximumMeanDiscrepancy(weight, name="mmd")
        autoencoder = make(prior="standard_normal", penalties=[penalty], seed=1)
        autoencoder.compile(keras.optimizers.Adam(1e-2))
        autoencoder.fit(digits, epochs=15, batch_size=64, verbose=0)
        distances.append(autoencoder.evaluate(digits, batch_size=256, verbose=0, return_dict=True)["mmd"])
        assert autoencoder.sample(3, seed=0).shape == (3, 64)
    assert distances[1] < 0.3 * distances[0]


def test_bad_arguments(digits):
    with pytest.raises(ValueError, match=r"`encoder` must return the code, one tensor .* Received: .*\(batch, 2\), \("):
        keras_vae.Autoencoder(*networks.mlp((64,), 2, hidden=(4,))).compile()
    with pytest.raises(ValueError, match="`penalties` must be a list of keras_vae.penalties.Penalty. Received: 3"):
        make(penalties=3)
    twice = [penalties.MaximumMeanDiscrepancy(1.0, name="mmd") for _ in range(2)]
    with pytest.raises(ValueError, match="`penalties` must have different names"):
        make(penalties=twice)
    with pytest.raises(ValueError, match="`penalties` must be defined for the model: DIPII needs .* Received: no post"):
        make(penalties=[penalties.DIPII()]).compile()
    with pytest.raises(ValueError, match="`prior` must be given with the penalty MaximumMeanDiscrepancy.*prior=None"):
        make(penalties=[penalties.MaximumMeanDiscrepancy()])
    with pytest.raises(ValueError, match="Capacity needs the KL to a prior. Received: no posterior"):
        make(penalties=[penalties.Capacity()]).compile()
    autoencoder = make(prior="standard_normal")
    autoencoder.compile("adam")
    with pytest.raises(
        ValueError, match="`prior` must be one that is fitted to codes, .* Received: the prior Standard"
    ):
        autoencoder.adapt(digits)
    with pytest.raises(ValueError, match="BetaAnnealing.*beta"):
        autoencoder.fit(digits, callbacks=[keras_vae.callbacks.BetaAnnealing(keras_vae.schedules.Linear(2))], verbose=0)


def test_training_after_adapt_is_told_to_leave_the_prior_behind(digits, tmp_path):
    autoencoder = make(seed=1)
    autoencoder.compile(keras.optimizers.Adam(1e-2))
    autoencoder.fit(digits, epochs=2, verbose=0)
    autoencoder.adapt(digits)
    autoencoder.save(tmp_path / "adapted.keras")
    autoencoder.evaluate(digits, verbose=0)

    def log_prob(model):
        return float(np.mean(keras.ops.convert_to_numpy(model.prior.log_prob(model.codes(digits)))))

    before = log_prob(autoencoder)
    message = r"prior was fitted to the codes before this training, .* call adapt\(x\) again after it"
    with pytest.warns(UserWarning, match=message) as told:
        autoencoder.fit(digits, epochs=10, verbose=0)
    (ours,) = (warning for warning in told if issubclass(warning.category, UserWarning))
    assert ours.filename == __file__ and log_prob(autoencoder) < before - 1.0
    autoencoder.adapt(digits)
    with pytest.warns(UserWarning, match=message):
        keras.models.load_model(tmp_path / "adapted.keras").fit(digits, verbose=0)


def test_a_prior_that_moves_or_is_aimed_at_is_not_left_behind(digits, make_vae):
    vae = make_vae(prior="mixture_of_gaussians")
    aimed = priors.MixtureOfGaussians(2)
    aimed.adapt(np.random.default_rng(0).normal(size=(50, 3)))
    autoencoder = make(prior=aimed, penalties=[penalties.MaximumMeanDiscrepancy()])
    autoencoder.compile("adam")
    vae.adapt(digits)
    for model in (vae, autoencoder):
        model.fit(digits, verbose=0)  # a warning is an error


def test_like_takes_a_gaussian_vae_of_one_input(digits, make_vae):
    autoencoder = keras_vae.Autoencoder.like(make_vae())
    autoencoder.build((None, 64))
    assert autoencoder.latent_dim == 2
    conditional = keras_vae.ConditionalVAE(*networks.mlp((64,), 2, condition_shape=(10,)), num_classes=10)
    full = keras_vae.posteriors.FullGaussian()
    correlated = keras_vae.VAE(*networks.mlp((64,), 2, heads=full.heads(2)), posterior=full)
    message = "`vae` must be a keras_vae.VAE of one input, x alone, whose posterior is Gaussian. Received: a "
    with pytest.raises(ValueError, match=f"{message}ConditionalVAE with the posterior Gaussian"):
        keras_vae.Autoencoder.like(conditional)
    with pytest.raises(ValueError, match=f"{message}VAE with the posterior FullGaussian"):
        keras_vae.Autoencoder.like(correlated)
