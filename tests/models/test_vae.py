import json

import keras
import numpy as np
import pytest
from contracts import config_round_trip, model_contract
from sklearn.mixture import GaussianMixture

import keras_vae
from keras_vae import likelihoods, schedules


def linear_gaussian(latent_dim=2, num_pixels=5, sigma=0.4):
    """A VAE whose networks are linear and whose posterior is the exact one, and its exact log p(x).

    x = W z + b + sigma e gives x ~ N(b, W W' + sigma^2 I) and z | x ~ N(M^-1 W' (x - b), sigma^2 M^-1) with
    M = W' W + sigma^2 I (Tipping and Bishop 1999, equations 6 to 8); M is made diagonal by orthogonal columns.
    """
    random = np.random.default_rng(0)
    columns = np.linalg.qr(random.normal(size=(num_pixels, latent_dim)))[0] * [1.5, 0.7]
    offset = random.normal(size=num_pixels)
    precision = np.sum(columns**2, axis=0) + sigma**2
    x = keras.Input((num_pixels,))
    mean = keras.layers.Dense(latent_dim, name="mean")
    log_var = keras.layers.Dense(latent_dim, name="log_var", kernel_initializer="zeros")
    encoder = keras.Model(x, [mean(x), log_var(x)])
    z = keras.Input((latent_dim,))
    out = keras.layers.Dense(num_pixels)
    decoder = keras.Model(z, out(z))
    mean.set_weights([columns / precision, -offset @ columns / precision])
    log_var.set_weights([np.zeros((num_pixels, latent_dim)), np.log(sigma**2 / precision)])
    out.set_weights([columns.T, offset])
    vae = keras_vae.VAE(encoder, decoder, likelihood=likelihoods.Gaussian(sigma=sigma))
    vae.compile("sgd")
    covariance = columns @ columns.T + sigma**2 * np.eye(num_pixels)
    x = random.multivariate_normal(offset, covariance, size=400).astype("float32")
    centered = x - offset
    squares = np.sum(centered @ np.linalg.inv(covariance) * centered, axis=1)
    exact = -0.5 * (squares + np.linalg.slogdet(covariance)[1] + num_pixels * np.log(2 * np.pi))
    return vae, x, exact


def test_the_elbo_at_the_true_posterior_is_the_exact_log_likelihood():
    vae, x, exact = linear_gaussian()
    draws = np.stack([vae.elbo(x, seed=seed) for seed in range(200)])
    error = draws.std(axis=0) / np.sqrt(len(draws))
    assert np.mean(np.abs(draws.mean(axis=0) - exact) < 4 * error + 1e-5) > 0.99
    pooled = draws.mean()
    assert abs(pooled - exact.mean()) < 4 * draws.std() / np.sqrt(draws.size) + 1e-5
    assert vae.elbo(x, num_samples=50).mean() == pytest.approx(exact.mean(), abs=0.05)
    assert -vae.evaluate(x, verbose=0)[0] == pytest.approx(exact.mean(), abs=0.2)


def test_any_other_posterior_is_below_the_exact_log_likelihood():
    vae, x, exact = linear_gaussian()
    vae.encoder.get_layer("log_var").bias.assign_add([1.0, -1.0])
    gap = exact.mean() - vae.elbo(x, num_samples=50, seed=0).mean()
    # KL(q || p(z|x)) per dimension: (e^d - 1 - d) / 2 for log-variances off by d.
    assert gap == pytest.approx(0.5 * (np.exp(1) - 2) + 0.5 * np.exp(-1), abs=0.06)


def test_contract(digits):
    def make():
        encoder, decoder = keras_vae.networks.mlp((64,), 2, hidden=(8,), num_parameters=2)
        return keras_vae.VAE(
            encoder,
            decoder,
            likelihood=likelihoods.Gaussian("per_pixel"),
            prior="standard_normal",
            beta=schedules.Cosine(9, end=4.0),
            free_bits=0.1,
            skip_threshold=1e6,
            seed=7,
            name="mine",
        )

    model_contract(make, digits[:64], package="keras_vae")
    vae = make()
    copy = config_round_trip(vae)
    assert copy.name == "mine" and copy.seed == 7 and copy.skip_threshold == 1e6 and copy.free_bits == 0.1
    assert json.dumps(copy.schedule.get_config()) == json.dumps(vae.schedule.get_config())
    assert {name: tuple(t.shape) for name, t in vae(keras.KerasTensor((None, 64))).items()} == {
        "kl": (None,),
        "log_var": (None, 2),
        "mean": (None, 2),
        "parameters": (None, 128),
        "z": (None, 2),
    }


def test_a_file_does_not_name_the_backend(make_vae, tmp_path):
    vae = make_vae()
    written = json.dumps(vae.get_compile_config())
    assert '"module": "keras.optimizers"' in written and '"jit_compile": "auto"' in written
    assert "torch" not in written and "tensorflow" not in written
    keras.config.set_dtype_policy("mixed_float16")
    mixed = make_vae()
    assert isinstance(mixed.optimizer, keras.optimizers.LossScaleOptimizer)
    mixed.save(tmp_path / "mixed.keras")
    keras.config.set_dtype_policy("float32")
    assert isinstance(keras.models.load_model(tmp_path / "mixed.keras").optimizer, keras.optimizers.LossScaleOptimizer)


class OwnEncoder(keras.Model):
    """A subclassed encoder, which does not know its input before it sees it."""

    def __init__(self, latent_dim=2, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        self.heads = [keras.layers.Dense(latent_dim), keras.layers.Dense(latent_dim)]

    def call(self, x):
        return self.heads[0](x), self.heads[1](x)


def test_a_subclassed_encoder_is_built_by_the_first_batch(digits):
    vae = keras_vae.VAE(OwnEncoder(), keras_vae.networks.mlp((64,), 2, hidden=(8,))[1])
    vae.compile("adam")
    with pytest.raises(ValueError, match="The model does not know the shape of its data yet. Call fit"):
        vae.sample(1)
    assert np.isfinite(vae.fit(digits, verbose=0).history["loss"][0])
    assert vae.sample(3).shape == (3, 64)


def test_summary_knows_the_layers_before_any_data(make_vae, capsys):
    make_vae(compiled=False).summary()
    printed = capsys.readouterr().out
    assert "encoder" in printed and "decoder" in printed and "unbuilt" not in printed


def networks(outputs=2, latent=(3, 3), decoder_in=3, decoder_out=64):
    x = keras.Input((64,))
    heads = [keras.layers.Dense(latent[i % 2])(x) for i in range(outputs)]
    z = keras.Input((decoder_in,))
    return keras.Model(x, heads if outputs > 1 else heads[0]), keras.Model(z, keras.layers.Dense(decoder_out)(z))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(outputs=1), r"`encoder` must return \(mean, log_var\), two tensors .* Received: .*\(batch, 3\)"),
        (dict(outputs=3), r"`encoder` must return \(mean, log_var\)"),
        (dict(latent=(3, 4)), r"`encoder` must return .* shapes \(batch, 3\), \(batch, 4\)"),
        (dict(decoder_in=5), r"`decoder` must take a tensor of shape \(batch, 3\)"),
        (dict(decoder_out=63), r"`decoder` must give parameters for x of shape \(batch, 64\)"),
    ],
)
def test_networks_that_do_not_fit(digits, arguments, message):
    with pytest.raises(ValueError, match=message):
        vae = keras_vae.VAE(*networks(**arguments))
        vae.compile("adam")
        vae.fit(digits, verbose=0)


def test_bad_arguments(make_vae):
    for name, value in (("beta", -1.0), ("free_bits", -1.0), ("skip_threshold", 0.0)):
        with pytest.raises(ValueError, match=f"`{name}` must be a number .* Received: {name}={value}"):
            make_vae(**{name: value})
    with pytest.raises(ValueError, match="`likelihood` must be one of .* Received: likelihood='poisson'"):
        make_vae(likelihood="poisson")
    with pytest.raises(ValueError, match="`prior` must be one of"):
        make_vae(prior="wamp")
    with pytest.raises(ValueError, match="`encoder` must be a Keras model. Received: encoder='resnet' of type str"):
        keras_vae.VAE("resnet", keras.Sequential())
    odd = networks(decoder_out=63)
    with pytest.raises(ValueError, match="`decoder` must give 2 values for each value of the data"):
        keras_vae.VAE(*odd, likelihood=likelihoods.Gaussian("per_pixel")).compile()


def test_an_encoder_may_bring_its_own_kl_layer(digits):
    """Two KL layers in one model: the encoder's own counts in the loss once, and not in kl_loss."""
    x = keras.Input((64,))
    mean, log_var, _ = keras_vae.layers.KLDivergence(beta=3.0)([keras.layers.Dense(2)(x), keras.layers.Dense(2)(x)])
    vae = keras_vae.VAE(keras.Model(x, [mean, log_var]), keras_vae.networks.mlp((64,), 2, hidden=(8,))[1], beta=0.5)
    vae.compile(keras.optimizers.SGD(0.0))
    for logs in (
        vae.train_on_batch(digits, return_dict=True),
        vae.evaluate(digits, batch_size=256, return_dict=True, verbose=0),
    ):
        expected = float(logs["reconstruction_loss"]) + (0.5 + 3.0) * float(logs["kl_loss"])
        assert float(logs["loss"]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_short_training_learns(data, seed):
    """Beat the mean image, which is all that a collapsed model can say, by 1.5 nats on the test split."""
    x_train, x_test = data.x_train, data.x_test
    mean_image = x_train.mean(axis=0, dtype="float64").clip(1e-6, 1 - 1e-6)
    collapsed = (x_test * np.log(mean_image) + (1 - x_test) * np.log1p(-mean_image)).sum(axis=(1, 2, 3)).mean()
    keras.utils.set_random_seed(seed)
    vae = keras_vae.VAE(*keras_vae.networks.mlp((8, 8, 1), 8, hidden=(128,)))
    vae.compile(keras.optimizers.Adam(5e-3))
    vae.fit(keras_vae.datasets.Batches(x_train, 64, seed=seed, remainder="drop"), epochs=20, verbose=0)
    assert vae.elbo(x_test, num_samples=4).mean() > collapsed + 1.5


def test_adapt_fits_the_prior_to_draws_from_the_posterior(data):
    """The best prior is the law of these draws: that of the means is too narrow, and costs nats."""
    x = data.x_train
    vae = keras_vae.VAE(*keras_vae.networks.mlp((8, 8, 1), 4), prior=keras_vae.priors.MixtureOfGaussians(10))
    vae.compile(keras.optimizers.Adam(5e-3))
    vae.fit(x, epochs=2, batch_size=64, verbose=0)

    def elbo():
        return vae.elbo(data.x_test, num_samples=5, seed=0)

    trained = elbo()
    vae.adapt(x)
    gain = elbo() - trained
    assert gain.mean() > -gain.std() / np.sqrt(len(gain))
    z, _ = vae.sample_posterior(x, seed=0)
    theirs = GaussianMixture(10, covariance_type="diag", random_state=0).fit(z)
    assert vae.log_prior(z).mean() == pytest.approx(theirs.score(z), rel=1e-4)
    with pytest.raises(ValueError, match="`batch_size` must be a whole number of at least 1"):
        vae.adapt(x, batch_size=0)
    vae.prior.adapt(vae.codes(x))
    assert elbo().mean() < trained.mean() - 1.0


def test_adapt_of_a_model_given_y(data):
    encoder, decoder = keras_vae.networks.mlp((8, 8, 1), 2, condition_shape=(10,))
    vae = keras_vae.ConditionalVAE(encoder, decoder, num_classes=10, prior="mixture_of_gaussians")
    x, y = data.x_train[:200], data.y_train[:200]
    vae.adapt(x, y)
    z, _ = vae.sample_posterior(x, y, seed=0)
    assert vae.log_prior(z).mean() == pytest.approx(
        GaussianMixture(10, covariance_type="diag", random_state=0).fit(z).score(z), rel=1e-4
    )
