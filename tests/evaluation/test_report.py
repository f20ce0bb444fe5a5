"""The report says what the single scores say, in a dict and in a table."""

from types import SimpleNamespace

import numpy as np
import pytest

import keras_vae
from keras_vae import evaluation
from keras_vae.evaluation.report import sections

RANDOM = np.random.default_rng(0)


def test_with_labels(data, capsys):
    encoder, decoder = keras_vae.networks.mlp((8, 8, 1), latent_dim=3, hidden=(64,))
    vae = keras_vae.VAE(encoder, decoder)
    vae.compile("adam")
    vae.fit(data.x_train, epochs=3, verbose=0)
    result = evaluation.report(vae, data, num_samples=30, num_generated=100, seed=4)
    printed = capsys.readouterr().out
    mean, log_var = vae.encode(data.x_test)
    exact = evaluation.marginal_likelihood(vae, data.x_test, 30, seed=4)
    elbo, diagnosis = result["density"]["elbo"], result["code"]["diagnosis"]
    assert result["density"]["marginal_likelihood"] == exact
    assert elbo == evaluation.elbo(vae, data.x_test, 10, seed=4) and elbo["num_examples"] == len(data.x_test)
    kl = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)
    assert elbo["kl_loss"] == pytest.approx(kl.sum(axis=1).mean(), rel=1e-4)
    np.testing.assert_allclose(diagnosis["kl_per_dimension"], kl.mean(axis=0), rtol=1e-3)
    assert diagnosis["active_units"] == np.sum(mean.var(axis=0, ddof=1) > 0.01)
    probe = evaluation.linear_probe(vae.encode(data.x_train)[0], data.y_train, mean, data.y_test)
    assert result["representation"]["linear_probe"] == probe
    error = np.mean((vae.reconstruct(data.x_test) - data.x_test) ** 2)
    assert result["baselines"]["vae"]["mean_squared_error"] == pytest.approx(error, rel=1e-4)
    assert "disentanglement" not in result and "bits_per_dimension" not in result["density"]
    rows = (
        f"ELBO                     {elbo['elbo']:.2f} +- ",
        f"log p(x), L_30           {exact['marginal_likelihood']:.2f} +- ",
        f"active units             {diagnosis['active_units']} of 3",
        f"verdict                  {diagnosis['verdict']}",
        f"linear probe             {100 * probe['accuracy']:.1f} +- ",
        f"this VAE                         {error:.4f}",
        "aggregate posterior",
        "probabilistic PCA, 3",
        "prior holes",
    )
    for row in rows:
        assert row in printed, row
    assert max(map(len, printed.splitlines())) <= 120


def test_binary_images_with_factors_and_without_labels(make_vae, capsys):
    factors = np.stack([RANDOM.integers(0, 3, 200), RANDOM.integers(0, 2, 200)], axis=1)
    x = (RANDOM.random((200, 64)) < 0.2 + 0.2 * factors[:, :1]).astype("float32")
    vae = make_vae(latent_dim=2)
    vae.fit(x, epochs=1, verbose=0)
    data = SimpleNamespace(x_train=x[:100], x_test=x[100:], factors_test=factors[100:])
    result = evaluation.report(vae, data, num_samples=10, num_generated=50)
    nats = result["density"]["marginal_likelihood"]["marginal_likelihood"]
    bits = result["density"]["bits_per_dimension"]["bits_per_dimension"]
    assert bits == pytest.approx(-nats / 64 / np.log(2))
    assert {"mutual_information_gap", "sap", "factor_vae_score"} <= set(result["disentanglement"])
    assert result["samples"]["features"] == "principal components" and "representation" not in result
    printed = capsys.readouterr().out
    assert "bits per dimension" in printed and "mutual information gap" in printed
    again = evaluation.report(vae, data, num_samples=10, num_generated=50, verbose=0)
    assert again["density"] == result["density"] and capsys.readouterr().out == ""


@pytest.mark.parametrize(("levels", "has_bits"), [(17, True), (256, False)])
def test_bits_per_dimension_are_not_below_the_entropy(make_vae, levels, has_bits):
    """Noise of so many grey levels under 17 levels: no model can have fewer bits than log2(levels)."""
    x = (RANDOM.integers(0, levels, size=(300, 64)) / (levels - 1)).astype("float32")
    vae = make_vae(likelihood=keras_vae.likelihoods.DiscretizedLogistic(17))
    measured = sections.Measured(vae, SimpleNamespace(x_train=x, x_test=x), None, 1000, 0)
    result = sections.density(measured, 20, 4096, 0, 0)
    bits = -result["marginal_likelihood"]["marginal_likelihood"] / 64 / np.log(2)
    assert (bits > np.log2(levels) - 0.01) == has_bits == ("bits_per_dimension" in result)


def test_a_collapsed_model_is_measured_without_a_warning(make_vae, digits, data):
    vae = make_vae()
    for weight in vae.encoder.weights + vae.decoder.weights[:2]:
        weight.assign(np.zeros(weight.shape))  # every code is N(0, I), and the decoder does not look at it
    labelled = SimpleNamespace(x_train=digits, x_test=digits, y_train=data.y_train[:256], y_test=data.y_train[:256])
    result = evaluation.report(vae, labelled, num_samples=5, num_generated=50, verbose=1)
    assert result["code"]["diagnosis"]["verdict"] == "collapsed" and result["code"]["smoothness"]["num_pairs"] == 0
    assert result["representation"]["k_means"]["normalized_mutual_information"] == pytest.approx(0.0, abs=1e-9)
    assert result["density"]["elbo"]["kl_loss"] == 0.0
    assert result["code"]["prior_holes"]["prior_holes"] == 0.0


def test_bad_input(make_vae, digits):
    vae = make_vae()
    with pytest.raises(
        ValueError, match="`vae` must be a keras_vae.VAE for the report. Received: vae of type ArrayModel"
    ):
        evaluation.report(evaluation.ArrayModel(None, None), digits)
    networks = keras_vae.networks.mlp((64,), 2, hidden=(4,), condition_shape=(10,))
    with pytest.raises(ValueError, match="`vae` must be a keras_vae.VAE for the report. Received: vae of type Given"):
        evaluation.report(keras_vae.ConditionalVAE(*networks, num_classes=10).given(3), digits)
    with pytest.raises(ValueError, match="`data` must have the arrays x_train and x_test"):
        evaluation.report(vae, digits)
    with pytest.raises(ValueError, match="`data.x_test` must have at least 10 rows. Received: 3"):
        evaluation.report(vae, SimpleNamespace(x_train=digits, x_test=digits[:3]))
    with pytest.raises(ValueError, match=r"`x` must have the shape \(batch, 64\)"):
        evaluation.report(vae, SimpleNamespace(x_train=digits[:, :9], x_test=digits[:, :9]))
