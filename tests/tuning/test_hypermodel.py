import dataclasses
import functools
import json
import math

import keras
import keras_tuner
import numpy as np
import pytest
from scipy.stats import multivariate_normal

import keras_vae
from keras_vae import evaluation, tuning

ONCE = pytest.mark.plain(why="a search is of no backend; the shorter tests here train on each")


@ONCE
def test_the_winner_of_a_planted_problem(planted, search):
    """3 latent dimensions, and no beta near 0, win by L_k and by the ELBO; the loss would take the smallest beta."""
    (_, x_validation), weights = planted
    rows, tuner = search(
        objective=tuning.MarginalLikelihood(num_samples=50), epochs=20, batch_size=50, space={"beta": [0.01, 1.0]}
    )
    by = {(row["latent_dim"], row["beta"]): row for row in rows}
    assert len(by) == 4
    for figure in ("objective", "elbo"):
        assert max(by, key=lambda setting: by[setting][figure]) == (3, 1.0)
        assert by[3, 1.0][figure] > by[1, 1.0][figure] + 5.0
        assert by[3, 1.0][figure] > by[3, 0.01][figure] + 5.0
    losses = {setting: row["reconstruction_loss"] + setting[1] * row["kl_loss"] for setting, row in by.items()}
    assert min(losses, key=losses.get) == (3, 0.01)

    exact = multivariate_normal(cov=weights.T @ weights + 0.25 * np.eye(8)).logpdf(x_validation).mean()
    assert exact - 0.3 < by[3, 1.0]["objective"] < exact + 0.05
    assert by[3, 1.0]["elbo"] < by[3, 1.0]["objective"]

    # What the tuner keeps is the model at the end of training: the same figures once more.
    best = tuner.load_model(tuner.oracle.trials[rows[0]["trial"]])
    elbo = evaluation.elbo(best, x_validation, num_samples=10, seed=0)
    assert elbo["elbo"] == pytest.approx(by[3, 1.0]["elbo"], rel=1e-5)


def test_seeds_are_averaged_and_their_spread_is_told(search):
    rows, _ = search(seeds=2, objective="udr", space={"latent_dim": 3, "annealing": True})
    (row,) = rows
    assert len(row["seeds"]) == 2 and 0.0 <= min(row["seeds"]) <= max(row["seeds"]) <= 0.9 + 1e-6
    assert row["objective"] == pytest.approx(np.mean(row["seeds"]))
    assert row["spread"] == pytest.approx(np.std(row["seeds"], ddof=1))
    assert row["elbo_spread"] > 0 and row["elbo"] == pytest.approx(-row["kl_loss"] - row["reconstruction_loss"])
    assert row["active_units"] == 3 and row["epochs"] == 1 and row["seconds"] > 0


@ONCE
def test_it_works_with_keras_tuners_own_tuners_and_callbacks(make_hypermodel, tmp_path):
    seen = []

    class Count(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(logs["val_elbo"])

        def __deepcopy__(self, memo):
            return Count()

    class Watching(keras_tuner.RandomSearch):
        def on_epoch_end(self, trial, model, epoch, logs=None):
            seen.append(trial.trial_id)

    hypermodel = make_hypermodel(space={"latent_dim": (2, 4), "beta": (0.5, 2.0)})
    tuner = Watching(hypermodel, hypermodel.tuner_objective, max_trials=2, seed=1, directory=tmp_path)
    tuner.search(epochs=2, callbacks=[Count()], verbose=0)
    assert [s for s in seen if isinstance(s, str)] == ["0", "0", "1", "1"] and len(seen) == 8
    rows = tuning.trials(tuner, hypermodel)
    assert [row["epochs"] for row in rows] == [2, 2]
    assert all(2 <= row["latent_dim"] <= 4 and 0.5 <= row["beta"] <= 2.0 for row in rows)
    assert tuner.get_best_models(1)[0].latent_dim == rows[0]["latent_dim"]


def test_annealing_ends_at_beta_and_the_kl_is_counted_in_full(make_hypermodel):
    hypermodel = make_hypermodel(space={"beta": 0.25, "annealing": True, "latent_dim": 3})
    hp = keras_tuner.HyperParameters()
    model = hypermodel.build(hp)
    betas = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: betas.append(logs["beta"]))
    result = hypermodel.fit(hp, model, epochs=4, callbacks=[watch], verbose=0)
    assert 0.0 < betas[0] < 0.25 and betas[-1] == pytest.approx(0.25)
    assert result["elbo"] == pytest.approx(-result["reconstruction_loss"] - result["kl_loss"])


@pytest.mark.filterwarnings("ignore:.*updates of epoch")
@ONCE
def test_a_trial_that_diverges_or_raises_is_recorded_and_the_search_goes_on(search, tmp_path):
    class OutOfMemory(tuning.VAEHyperModel):
        def build(self, hp):
            if self.space.values(hp)["latent_dim"] == 2:
                raise MemoryError("no room for this model")
            return super().build(hp)

    # The first build is keras-tuner's own, to learn the space: its latent size is 1.
    space = {"latent_dim": [1, 2], "learning_rate": [0.05, 1e30]}
    rows, tuner = search(cls=OutOfMemory, space=space, epochs=2)
    reasons = {(row["latent_dim"], row["learning_rate"]): row["reason"] for row in rows}
    assert reasons[1, 0.05] == "" and rows[0]["latent_dim"] == 1
    assert reasons[2, 0.05] == reasons[2, 1e30] == "MemoryError: no room for this model"
    assert "skipped" in reasons[1, 1e30] or "diverged" in reasons[1, 1e30]
    text = tuning.table(rows, tuner.hypermodel.objective)
    assert text.count("failed: ") == 3 and "failed: MemoryError: no room" in text
    written = [json.loads(p.read_text())["status"] for p in tmp_path.glob("search/trials/trial_*/trial.json")]
    assert sorted(written) == ["COMPLETED", "FAILED", "FAILED", "FAILED"]


def test_a_dataset_is_divided_and_its_test_split_not_looked_at(data):
    hypermodel = tuning.VAEHyperModel(data, validation_fraction=0.25, seeds=1)
    n = len(data.x_train)
    assert len(hypermodel.x_validation) == round(0.25 * n) and len(hypermodel.x_train) == n - round(0.25 * n)
    both = np.concatenate([hypermodel.x_train, hypermodel.x_validation]).reshape(n, -1)
    assert math.isclose(both.sum(), data.x_train.sum(), rel_tol=1e-5)
    assert hypermodel.tuner_objective == keras_tuner.Objective("elbo", "max")
    config = hypermodel.get_config()
    assert json.loads(json.dumps(config)) == config
    other = tuning.VAEHyperModel((hypermodel.x_train + 0.01, hypermodel.x_validation), seeds=1)
    assert other.get_config()["data"] != config["data"]
    likelihoods = [keras_vae.likelihoods.Gaussian(sigma) for sigma in (0.5, 0.5, 0.1)]
    configs = [
        tuning.VAEHyperModel(data, likelihood=likelihood).get_config()["likelihood"] for likelihood in likelihoods
    ]
    assert configs[0] == configs[1] != configs[2]


def test_width_reaches_the_networks(data):
    for network, size in (("mlp", 5), ("conv", 3)):
        hypermodel = tuning.VAEHyperModel(data, tuning.SearchSpace(width=size), network=network, seeds=1)
        vae = hypermodel.build(keras_tuner.HyperParameters())
        assert vae.encoder.layers[1 if network == "conv" else 2].kernel.shape[-1] == size


@pytest.mark.parametrize(("network", "size"), [("s0", 28), ("lenet", 28), ("faces64", 64)])
def test_the_lectures_networks_can_be_searched(network, size):
    x = np.random.default_rng(0).random((6, size, size, 1)).astype("float32")
    space = tuning.SearchSpace(latent_dim=2, beta=1.0, annealing=False)
    likelihood = keras_vae.likelihoods.Gaussian(sigma="per_pixel")
    arguments = {"network": network, "likelihood": likelihood, "seeds": 1, "epochs": 1, "num_samples": 1}
    hypermodel = tuning.VAEHyperModel((x[:4], x[4:]), space, **arguments)
    hp = keras_tuner.HyperParameters()
    vae = hypermodel.build(hp)
    assert (vae.latent_dim, vae.event_shape) == (2, (size, size, 1))
    if network == "lenet":  # the others would take seconds more
        assert np.isfinite(hypermodel.fit(hp, vae, verbose=0)["elbo"])


def test_a_width_that_the_network_has_not_is_refused(data):
    for network in ("s0", "lenet", "faces64", lambda input_shape, latent_dim, num_parameters=1: None):
        with pytest.raises(ValueError, match="`network` must take a width. Received: width=8, network="):
            tuning.VAEHyperModel(data, tuning.SearchSpace(width=8), network=network)


BAD = {
    "`space` must be a keras_vae.tuning.SearchSpace": {"space": {"latent_dim": 2}},
    "`objective` must not depend on the beta.*Received: objective='val_loss'": {"objective": "val_loss"},
    "`objective` must be one of 'elbo', .*'udr', 'mutual_info": {"objective": "fid"},
    "`objective` 'sap' needs a data set with known factors": {"objective": "sap"},
    "`seeds` must be a whole number of at least 2": {"objective": "udr", "seeds": 1},
    "`epochs` must be": {"epochs": 0},
    "`batch_size` must be": {"batch_size": 0},
    "`network` must be one of": {"network": "resnet"},
    "`warm_up` must be at most 1": {"warm_up": 2.0},
    "`num_samples` must be": {"num_samples": 0},
    "`seed` must be": {"seed": -1},
    "`validation_fraction` must leave two rows": {"validation_fraction": 0.99999},
}


@pytest.mark.parametrize("message", BAD)
def test_bad_arguments_are_named(message, data):
    with pytest.raises(ValueError, match=message):
        tuning.VAEHyperModel(data, **BAD[message])


def test_bad_data_and_bad_search_arguments_are_named(make_hypermodel):
    with pytest.raises(ValueError, match="`data` must be two arrays of rows of one shape"):
        make_hypermodel(data=(np.zeros((5, 3)), np.zeros((5, 4))))
    hypermodel = make_hypermodel()
    with pytest.raises(ValueError, match=r"the hypermodel has the data. Received: 1 positional arguments and \['y'\]"):
        hypermodel.fit(keras_tuner.HyperParameters(), None, np.zeros((3, 8)), y=None)


def test_every_objective_measures_the_models(data, make_vae):
    x = data.x_test[:60].reshape(60, 64)
    models = [make_vae(seed=i) for i in range(2)]
    factors = np.stack([np.arange(60) % 3, np.arange(60) // 20], axis=1)
    elbos = [-3.0, -2.0]
    for name in ("elbo", "rate_distortion"):
        assert tuning.objectives.get(name).scores(models, elbos, x, None, 0) == elbos
    expected = [evaluation.marginal_likelihood(vae, x, 5, seed=0, verbose=0)["marginal_likelihood"] for vae in models]
    assert tuning.MarginalLikelihood(5).scores(models, elbos, x, None, 0) == expected
    code = models[0].encode(x)[0]
    score = tuning.Disentanglement("modularity").scores(models[:1], elbos, x, factors, 0)
    assert score == [evaluation.modularity_explicitness(code, factors, seed=0)["modularity"]]
    assert tuning.objectives.get("sap").name == "sap"
    assert tuning.Disentanglement().get_config() == {"objective": "Disentanglement", "score": "mutual_information_gap"}


def test_without_keras_tuner_the_error_says_what_to_install(monkeypatch):
    import importlib
    import sys

    for name in [name for name in sys.modules if name.startswith("keras_vae.tuning")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "keras_tuner", None)
    with pytest.raises(ImportError, match=r"pip install 'keras-vae\[tuning\]'"):
        importlib.import_module("keras_vae.tuning")
    monkeypatch.delattr(keras_vae, "tuning")
    with pytest.raises(ImportError, match=r"pip install 'keras-vae\[tuning\]'"):
        keras_vae.tuning  # noqa: B018
    assert keras_vae.VAE


def network(input_shape, latent_dim, num_parameters=1, **arguments):
    return keras_vae.networks.mlp(input_shape, latent_dim, hidden=(8,), num_parameters=num_parameters, **arguments)


MODELS = {
    "FactorVAE": {"model": keras_vae.FactorVAE, "network": network},
    "a prior": {"model": functools.partial(keras_vae.VAE, prior="mixture_of_gaussians"), "network": network},
    "ConditionalVAE": {
        "model": functools.partial(keras_vae.ConditionalVAE, num_classes=10),
        "network": functools.partial(network, condition_shape=(10,)),
    },
    "a posterior": {
        "model": functools.partial(keras_vae.VAE, posterior="full_gaussian"),
        "network": lambda shape, latent_dim, **arguments: network(
            shape, latent_dim, heads=keras_vae.posteriors.FullGaussian().heads(latent_dim), **arguments
        ),
    },
}

NAMED = {
    "FactorVAE": "FactorVAE",
    "a prior": "VAE(prior=mixture_of_gaussians)",
    "ConditionalVAE": "ConditionalVAE(num_classes=10)",
    "a posterior": "VAE(posterior=full_gaussian)",
}


@ONCE
@pytest.mark.parametrize("kind", MODELS)
def test_other_models_are_searched(data, kind):
    space = tuning.SearchSpace(latent_dim=2, beta=0.5, annealing=False)
    small = dataclasses.replace(data, x_train=data.x_train[:200], y_train=data.y_train[:200])
    hypermodel = tuning.VAEHyperModel(
        small, space, tuning.MarginalLikelihood(20), seeds=1, epochs=1, validation_fraction=0.2, **MODELS[kind]
    )
    hp = keras_tuner.HyperParameters()
    vae = hypermodel.build(hp)
    assert float(vae.beta) == 0.5
    result = hypermodel.fit(hp, vae, verbose=0)
    assert result["elbo"] < result["marginal_likelihood"] < 0.0
    assert json.loads(json.dumps(hypermodel.get_config()))["model"] == NAMED[kind]


def test_what_is_no_vae_is_refused(data, make_vae):
    for model, received in ((keras_vae.Autoencoder, "Autoencoder$"), ("factor", "'factor'"), (make_vae(), ".*VAE")):
        with pytest.raises(
            ValueError, match=f"`model` must be keras_vae.VAE, a subclass, .*Received: model={received}"
        ):
            tuning.VAEHyperModel(data, model=model)
    hypermodel = tuning.VAEHyperModel(data, model=lambda *networks, **arguments: keras.Sequential())
    with pytest.raises(ValueError, match="`model` must return a keras_vae.VAE. Received: a Sequential"):
        hypermodel.build(keras_tuner.HyperParameters())


SEARCHED = {"latent_dim": 2, "beta": 1.0, "annealing": False}


def trained(data, model, seeds, **arguments):
    """Return each model that a trial trains, and what it returns."""
    models = []

    class Keeping(tuning.VAEHyperModel):
        def build(self, hp):
            models.append(super().build(hp))
            return models[-1]

    hypermodel = Keeping(data, tuning.SearchSpace(**SEARCHED), model=model, network=network, seeds=seeds, **arguments)
    hp = keras_tuner.HyperParameters()
    return hypermodel.fit(hp, hypermodel.build(hp), verbose=0), models[1:]


PARTS = {
    "vamp": (keras_vae.VAE, lambda x: {"prior": keras_vae.priors.VampPrior(pseudo_inputs=x)}),
    "mixture": (keras_vae.VAE, lambda x: {"prior": keras_vae.priors.MixtureOfGaussians(5)}),
    "flow": (keras_vae.VAE, lambda x: {"posterior": keras_vae.posteriors.Flow(["planar"])}),
    "penalties": (keras_vae.VAE, lambda x: {"penalties": [keras_vae.penalties.Capacity(0.1)]}),
    "critic": (keras_vae.FactorVAE, lambda x: {"critic": keras_vae.networks.critic((8,))}),
}


@ONCE
@pytest.mark.parametrize("kind", PARTS)
def test_each_training_has_parts_of_its_own(data, kind):
    """A partial holds one prior: each seed gets the ELBO of a prior that nobody has trained."""
    x = data.x_train[:20]
    cls, parts = PARTS[kind]
    arguments = {"seeds": 2, "epochs": 2, "num_samples": 2}
    of_partial, models = trained(data, functools.partial(cls, **parts(x)), **arguments)
    of_function, _ = trained(data, lambda *nets, **given: cls(*nets, **given, **parts(x)), **arguments)
    for seed in ("seed_0", "seed_1"):
        assert of_partial[seed] == pytest.approx(of_function[seed], rel=1e-5)
    (name,) = parts(x)
    first, second = (keras.tree.flatten(getattr(model, name))[0] for model in models)
    assert first is not second and not {id(w) for w in first.weights} & {id(w) for w in second.weights}
    if kind == "vamp":
        start = keras.ops.convert_to_numpy(first.pseudo_inputs)
        assert np.abs(start - x).mean() < 0.05


def test_parts_that_are_not_new_are_refused(data):
    prior = keras_vae.priors.MixtureOfGaussians(2)
    with pytest.raises(ValueError, match="`prior` must be a new one for each model"):
        trained(data, lambda *nets, **given: keras_vae.VAE(*nets, **given, prior=prior), 1, epochs=1)

    class Local(keras_vae.priors.StandardNormal):
        """A class that Keras cannot find again."""

    hypermodel = tuning.VAEHyperModel(data, model=functools.partial(keras_vae.VAE, prior=Local()))
    with pytest.raises(ValueError, match=r"`model` must be a function that makes new parts.*model=VAE\(prior=Local\)"):
        hypermodel.build(keras_tuner.HyperParameters())


def test_a_model_of_another_beta_is_refused(data):
    own = keras_vae.schedules.Linear(10)
    for model, received in (
        (lambda encoder, decoder, likelihood, beta: keras_vae.VAE(encoder, decoder, likelihood), "VAE with beta=1"),
        (lambda *nets, **given: keras_vae.VAE(*nets, **{**given, "beta": own}), "VAE with the schedule Linear"),
    ):
        hypermodel = tuning.VAEHyperModel(data, tuning.SearchSpace(beta=2.5), model=model)
        message = f"`model` must return a model of the beta .* Received: a {received}, where beta=2.5 was given"
        with pytest.raises(ValueError, match=message):
            hypermodel.build(keras_tuner.HyperParameters())


def test_a_model_given_y_needs_labels(data):
    hypermodel = tuning.VAEHyperModel(data.x_train, **MODELS["ConditionalVAE"])
    message = "`data` must be a keras_vae.datasets.Dataset with labels, y_train, for a ConditionalVAE.*without labels"
    with pytest.raises(ValueError, match=message):
        hypermodel.build(keras_tuner.HyperParameters())


@pytest.mark.plain(why="the names are of no backend")
def test_searches_of_different_parts_have_different_names(data):
    def name(components):
        prior = keras_vae.priors.MixtureOfGaussians(components)
        return tuning.VAEHyperModel(data, model=functools.partial(keras_vae.VAE, prior=prior)).get_config()["model"]

    assert name(5) == "VAE(prior=MixtureOfGaussians(covariance_type=diag, num_components=5))" != name(50)
