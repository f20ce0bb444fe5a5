"""`diagnose` on models with a known fault."""

import keras
import numpy as np
import pytest
from scipy import stats

import keras_vae
from keras_vae.evaluation import ArrayModel, diagnose


def trained(data, beta, epochs=25):
    encoder, decoder = keras_vae.networks.mlp((8, 8, 1), latent_dim=4, hidden=(128,))
    vae = keras_vae.VAE(encoder, decoder, beta=beta, seed=0)
    vae.compile(keras.optimizers.Adam(3e-3))
    vae.fit(data.x_train, epochs=epochs, batch_size=128, verbose=0)
    return vae


@pytest.mark.parametrize(
    ("beta", "verdict", "fix"),
    [
        (1.0, "healthy", None),
        (20.0, "collapsed", "a warm-up of beta"),
        (0.0, "not regularised", "a larger beta"),
    ],
)
def test_trained_models(data, beta, verdict, fix):
    vae = trained(data, beta)
    result = diagnose(vae, data.x_test, data.x_train)
    assert result["verdict"] == verdict, result
    assert (result["fixes"][0].startswith(fix)) if fix else result["fixes"] == []
    assert f"{result['active_units']} of 4 units" in result["explanation"]
    x, x_hat = data.x_test.reshape(-1, 64), vae.reconstruct(data.x_test).reshape(-1, 64)
    assert result["mean_squared_error"] == pytest.approx(np.mean((x - x_hat) ** 2), rel=1e-4)
    assert result["mean_squared_error_of_mean"] == pytest.approx(np.mean((x - x_train_mean(data)) ** 2), rel=1e-6)


def x_train_mean(data):
    return data.x_train.reshape(-1, 64).astype("float64").mean(axis=0)


def test_a_decoder_that_does_without_the_code(data):
    """A strong decoder: the code is there, but what it decodes to knows the data without it."""
    model = ArrayModel(
        encode=lambda x: (np.zeros((len(x), 4)) + 1e-3 * x.reshape(len(x), -1)[:, :4], np.zeros((len(x), 4))),
        log_likelihood=None,
        decode=lambda z: np.tile(data.x_test.mean(axis=0), (len(z), 1, 1, 1)),
    )
    result = diagnose(model, data.x_test)
    assert result["verdict"] == "collapsed" and result["mutual_information"] < 0.01


@pytest.mark.parametrize(("active", "verdict"), [(1, "partly collapsed"), (3, "healthy")])
def test_a_code_of_which_only_a_part_is_used(linear, active, verdict):
    """The exact linear model with dimensions besides that nothing uses."""
    x = linear.simulate(500, np.random.default_rng(0))[1]
    model, empty = linear.model(), {1: 4, 3: 1}[active]

    def encode(x):
        mean, log_var = model.encode_function(x)
        return np.pad(mean, ((0, 0), (0, empty))), np.pad(log_var, ((0, 0), (0, empty)))

    padded = ArrayModel(encode, None, decode=lambda z: model.decode_function(z[:, :2]))
    result = diagnose(padded, x)
    assert result["active_units"] == 2 and result["verdict"] == verdict


def diagnose_exact(linear, n):
    """Diagnose a linear model with its exact posterior, which no VAE can better, on its own data."""
    return diagnose(linear.model(), linear.simulate(n, np.random.default_rng(0))[1])


@pytest.mark.parametrize("sigma", [0.05, 3.0, 6.0])
def test_the_exact_posterior_is_healthy_however_noisy_the_data(linear, sigma):
    """With sigma 3 and 6 PCA, which repeats the noise, seems to explain two and seven times as much."""
    result = diagnose_exact(type(linear)(latent_dim=2, num_values=6, sigma=sigma), 2000)
    assert result["verdict"] == "healthy" and result["fixes"] == [], result
    noise, signal = sigma**2, np.linalg.svd(linear.kernel)[1] ** 2
    lost = (np.sum(noise**2 / (signal + noise)) + 4 * noise) / 6  # of x, by the posterior mean and by probabilistic PCA
    assert result["mean_squared_error"] == pytest.approx(lost, rel=0.05)
    assert result["mean_squared_error_of_probabilistic_pca"] == pytest.approx(lost, rel=0.05)
    assert result["mean_squared_error_of_pca"] == pytest.approx(4 * noise / 6, rel=0.05)
    assert result["aggregate_kl"] > result["least_aggregate_kl"] == pytest.approx(0.0, abs=0.05)


def test_units_that_noise_leaves_empty_are_no_fault(linear):
    noisy = type(linear)(latent_dim=8, num_values=24, sigma=1.0)
    directions = np.linalg.qr(np.random.default_rng(0).normal(size=(24, 8)))[0].T
    noisy.kernel = directions * np.sqrt([2.0, 2.0, *[0.005] * 6])[:, None]
    noisy.covariance = np.linalg.inv(np.eye(8) + noisy.kernel @ noisy.kernel.T)
    result = diagnose_exact(noisy, 1000)
    assert result["active_units"] == 2 and result["verdict"] == "healthy" and result["fixes"] == [], result


def test_data_that_are_noise(linear):
    result = diagnose_exact(type(linear)(latent_dim=2, num_values=6, sigma=30.0), 1000)
    assert result["verdict"] == "collapsed" and result["fixes"][0].startswith("nothing, if the data are noise")
    assert "they may be noise" in result["explanation"]


@pytest.mark.parametrize(("latent_dim", "sd"), [(8, 0.1), (16, 0.1), (8, 0.3), (1, 0.2)])
def test_bimodal_codes_of_mean_0_and_variance_1_are_not_regularised(latent_dim, sd):
    """Codes at -1 and 1 in each dimension; their KL to N(0, 1) by numeric integration."""
    random = np.random.default_rng(0)
    kernel, side = random.normal(size=(latent_dim, 40)), np.sqrt(1 - sd**2)
    x = random.choice([-1.0, 1.0], (1000, latent_dim)) @ kernel
    model = ArrayModel(
        lambda x: (side * x @ np.linalg.pinv(kernel), np.full((len(x), latent_dim), 2 * np.log(sd))),
        None,
        decode=lambda z: z @ kernel / side,
    )
    result = diagnose(model, x)
    z = np.linspace(-5, 5, 20001)
    q = 0.5 * stats.norm(-side, sd).pdf(z) + 0.5 * stats.norm(side, sd).pdf(z)
    kl = latent_dim * np.trapezoid(q * (np.log(q + 1e-300) - stats.norm.logpdf(z)), z)
    assert result["verdict"] == "not regularised" and result["fixes"][0].startswith("a larger beta"), result
    assert result["distance_to_prior"] < 0.01
    assert 0.7 * kl < result["least_aggregate_kl"] < kl + 0.1 and result["aggregate_kl"] > kl - 0.1


def test_codes_of_an_autoencoder_scaled_to_the_prior_are_not_regularised():
    """Whitened codes on a surface of two dimensions in eight, with hardly any noise."""
    random = np.random.default_rng(0)
    x = np.tanh(2.0 * random.normal(size=(1000, 2)) @ random.normal(size=(2, 64))) @ random.normal(size=(64, 8))
    mean, whitened = x.mean(axis=0), np.linalg.cholesky(np.linalg.inv(np.cov(x.T)))
    model = ArrayModel(
        lambda x: ((x - mean) @ whitened, np.full((len(x), 8), -6.0)),
        None,
        decode=lambda z: z @ np.linalg.inv(whitened) + mean,
    )
    result = diagnose(model, x)
    assert result["verdict"] == "not regularised" and result["distance_to_prior"] < 0.01, result
    assert 4.0 < result["least_aggregate_kl"] < result["aggregate_kl"]


def test_a_code_that_is_nearly_the_prior_is_not_called_far_from_it(data):
    """A full Gaussian and a flow of KLs of a nat or less; by their points alone they are 1.4 nats off a dimension."""
    random = np.random.default_rng(0)
    for posterior in (keras_vae.posteriors.FullGaussian(), keras_vae.posteriors.Flow(["planar"])):
        networks = keras_vae.networks.mlp((8, 8, 1), latent_dim=4, hidden=(16,), heads=posterior.heads(4))
        vae = keras_vae.VAE(*networks, posterior=posterior, seed=0)
        vae.build((None, 8, 8, 1))
        for weight in vae.encoder.weights:
            weight.assign(0.2 * random.normal(size=weight.shape))
        result = diagnose(vae, data.x_test)
        kl = np.mean([vae.kl(data.x_test, seed=seed).mean() for seed in range(20)])
        assert 0.1 < kl < 1.5 and 4 * result["distance_to_prior"] < kl, (kl, result)
        assert result["active_units"] > 0 and result["verdict"] == "partly collapsed"


@pytest.mark.parametrize(("mean", "verdict"), [(3.0, "healthy"), (0.0, "not regularised")])
def test_a_prior_of_which_nothing_can_be_drawn(linear, mean, verdict):
    """The exact posterior, moved by 3 together with its prior, and without it."""
    model, x = linear.model(shift=3.0), linear.simulate(1000, np.random.default_rng(0))[1]
    moved = ArrayModel(
        model.encode_function,
        None,
        log_prior=lambda z: stats.multivariate_normal(np.full(2, mean), np.eye(2)).logpdf(z),
        decode=lambda z: model.decode_function(z - 3.0),
    )
    result = diagnose(moved, x)
    assert result["verdict"] == verdict and result["distance_to_prior"] is None, result
    assert result["least_aggregate_kl"] == pytest.approx((3.0 - mean) ** 2, abs=0.3)
    away = f"The codes do not follow the prior: {result['least_aggregate_kl']:.1f} to "
    assert result["explanation"].startswith(away) == (verdict == "not regularised")


def test_pca_is_fitted_to_other_rows_or_not_at_all(linear):
    """40 rows lie in 39 dimensions: PCA fitted to them would explain all of them."""
    wide = type(linear)(latent_dim=128, num_values=130, sigma=1.0)
    result = diagnose_exact(wide, 40)
    assert result["mean_squared_error_of_pca"] is None and "PCA" not in result["explanation"]
    few = diagnose_exact(type(linear)(latent_dim=10, num_values=130, sigma=3.0), 40)
    x = type(linear)(latent_dim=10, num_values=130, sigma=3.0).simulate(40, np.random.default_rng(0))[1]
    u, s, axes = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    of_the_same_rows = np.sum(s[10:] ** 2) / x.size
    assert few["mean_squared_error_of_pca"] > 1.3 * of_the_same_rows


def test_bad_input(linear, linear_data):
    with pytest.raises(ValueError, match="`x` must hold different examples"):
        diagnose(linear.model(), np.repeat(linear_data[:1], 9, axis=0))
    model = linear.model()
    model.decode_function = None
    with pytest.raises(ValueError, match="`decode` must be given"):
        diagnose(model, linear_data)
