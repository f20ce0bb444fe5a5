"""A call of every public callable that is right, with small arguments: name -> (function, arguments)."""

import math
from types import SimpleNamespace

import keras
import numpy as np

import keras_vae
from keras_vae import datasets, evaluation, networks, schedules, tuning
from keras_vae.models import train_classifier

N, LATENT_DIM = 24, 2
RANDOM = np.random.default_rng(0)
X = RANDOM.random((N, 8, 8, 1)).astype("float32")
MEAN, LOG_VAR = RANDOM.normal(size=(N, LATENT_DIM)), RANDOM.normal(size=(N, LATENT_DIM)) - 2.0
Y = np.arange(N) % 3
FACTORS = np.stack([Y, np.arange(N) % 2], axis=1)
FEATURES = RANDOM.normal(size=(2, N, 3))
ROW = {
    "trial": "0", "status": "completed", "latent_dim": 2, "beta": 1.0, "annealing": False, "width": None,
    "learning_rate": 1e-3, "objective": -30.0, "spread": 0.5, "elbo": -30.0, "elbo_spread": 0.5, "kl_loss": 5.0,
    "reconstruction_loss": 25.0, "active_units": 2.0, "epochs": 1.0, "seconds": 1.0, "seeds": [-30.2, -29.8],
    "reason": "",
}  # fmt: skip
LOGS = {name: [3.0, 2.0] for name in ("reconstruction_loss", "kl_loss", "elbo", "beta")}


def small_vae():
    encoder, decoder = networks.mlp(X.shape[1:], LATENT_DIM, hidden=(8,))
    vae = keras_vae.VAE(encoder, decoder, seed=0)
    vae.compile(keras.optimizers.Adam(1e-3))
    vae.fit(X, epochs=1, verbose=0)
    return vae


def array_model():
    def simulate(n, random):
        z = random.standard_normal((n, LATENT_DIM))
        return z, np.repeat(z[:, :1], 64, axis=1).reshape(n, 8, 8, 1)

    return {
        "encode": lambda x: (np.zeros((len(x), LATENT_DIM)), np.zeros((len(x), LATENT_DIM))),
        "log_likelihood": lambda x, z: -0.5 * np.sum((x.reshape(len(x), -1)[:, :LATENT_DIM] - z) ** 2, axis=1),
        "log_prior": lambda z: -0.5 * np.sum(z**2, axis=1) - math.log(2.0 * math.pi),
        "gradient": lambda x, z: x.reshape(len(x), -1)[:, :LATENT_DIM] - 2.0 * z,
        "decode": lambda z: np.repeat(z[:, :1], 64, axis=1).reshape(len(z), 8, 8, 1),
        "simulate": simulate,
    }


def good_calls(folder):
    """Return the calls; files go to a folder."""
    vae, arrays = small_vae(), array_model()
    model = evaluation.ArrayModel(**arrays)
    autoencoder = keras_vae.Autoencoder.like(vae)
    autoencoder.compile("adam")
    autoencoder.adapt(X)
    classifier = train_classifier(X, Y, num_features=4, epochs=1)
    data = datasets.Dataset("small", X, X, Y, Y, FACTORS, FACTORS)
    space = tuning.SearchSpace(latent_dim=[2, 3], beta=1.0, annealing=False, width=8)
    search = {"data": data, "space": space, "seeds": 1, "epochs": 1, "num_samples": 1}
    hypermodel = tuning.VAEHyperModel(**search)
    tuner = tuning.make_tuner("grid", hypermodel, 2, folder / "search")
    np.savez(folder / "x.npz", x=X, y=Y)
    image_folder(folder / "images")
    batches = datasets.Batches(X, batch_size=8)
    codes, both, few = {"codes": MEAN}, {"mean": MEAN, "log_var": LOG_VAR}, {"num_train": 20, "num_test": 10, "seed": 0}
    factors = {**codes, "factors": FACTORS, "discrete": [True, True]}
    splits = {"x_train": X, "x_test": X}
    probe = {"codes_train": MEAN, "y_train": Y, "codes_test": MEAN, "y_test": Y}
    real = {"real": FEATURES[0], "generated": FEATURES[1]}
    draws = {"num_samples": 3, "seed": 0}
    chains = {"num_steps": 2, "num_chains": 2, "leapfrog_steps": 1, "batch_size": 64, "seed": 0, "verbose": 0}
    images = {"images": X, "title": "title", "value_range": (0, 1)}
    grid = {**images, "images": X.reshape(4, 6, 8, 8, 1)}
    ramp = {"duration": 10, "start": 0.0, "end": 1.0}
    rows = {"rows": [ROW, {**ROW, "trial": "1", "latent_dim": 3}], "objective": hypermodel.objective}
    batch_size = {"batch_size": 8}
    affine, further = {"hidden": (3,), "activation": "tanh", "max_log_scale": 2.0}, {"heads": {"code": 2}}
    calls = {
        "Autoencoder": {"encoder": autoencoder.encoder, "decoder": vae.decoder, "likelihood": "bernoulli",
                        "prior": None, "penalties": (), "skip_threshold": None, "seed": 0},
        "ConditionalVAE": {"encoder": vae.encoder, "decoder": vae.decoder, "likelihood": "bernoulli",
                           "num_classes": 3, "condition_shape": None},
        "FactorVAE": {"encoder": vae.encoder, "decoder": vae.decoder, "likelihood": "bernoulli", "gamma": 1.0,
                      "critic": None},
        "models.train_classifier": {"x": X, "y": Y, "num_features": 4, "epochs": 1, "batch_size": 8, "seed": 0},
        "bounds.DReG": {"num_samples": 3},
        "bounds.ELBO": {},
        "bounds.IWAE": {"num_samples": 3},
        "bounds.get": {"identifier": None},
        "networks.critic": {"hidden": (3,), "negative_slope": 0.2},
        "VAE": {"encoder": vae.encoder, "decoder": vae.decoder, "likelihood": "bernoulli", "prior": None, "beta": 1.0,
                "free_bits": 0.0, "skip_threshold": None, "seed": 0, "posterior": None, "bound": None, "penalties": ()},
        "data_parallel": {"devices": None},
        "callbacks.Backup": {"path": folder / "backup.npz", "every": "epoch"},
        "callbacks.BetaAnnealing": {"schedule": schedules.Linear(3), "unit": "epoch"},
        "callbacks.CollapseMonitor": {"x": X, "threshold": 0.01, "patience": 5},
        "callbacks.Progress": {"every": 1, "names": ("loss",), "title": "title"},
        "datasets.Batches": {"arrays": (X, Y), "batch_size": 8, "seed": 0, "shuffle": True, "remainder": "keep",
                             "initial_epoch": 0, "process": 0, "num_processes": 1, "workers": 1, "max_queue_size": 10,
                             "use_multiprocessing": False},
        "datasets.digits": {},
        "datasets.epoch_order": {"num_rows": 10, "seed": 0, "epoch": 0, "shuffle": True, "process": 0,
                                 "num_processes": 1},
        "datasets.image_folder": {"path": folder / "images", "size": 8, "test_fraction": 0.2},
        "datasets.load": {"name": "digits"},
        "datasets.npz": {"path": folder / "x.npz", "test_fraction": 0.2},
        "datasets.sprites": {"num_train": 3, "num_test": 2, "seed": 0},
        "evaluation.ArrayModel": arrays,
        "evaluation.active_units": {**both, "threshold": 0.01},
        "evaluation.ais": {"model": vae, "x": X[:3], **chains},
        "evaluation.ais_sandwich": {"model": vae, "num_examples": 2, **chains},
        "evaluation.beta_vae_score": {**factors, **few, "batch_size": 2, "num_bins": 3},
        "evaluation.bits_per_dimension": {"log_likelihood": -50.0, "num_dimensions": 64, "levels": None},
        "evaluation.class_agreement": {"asked": Y, "predicted": Y},
        "evaluation.code_factor_information": {**factors, "num_bins": 3},
        "evaluation.compare_samplers": {"vae": vae, **splits, "features": None, "num_samples": 10, "temperature": 0.7,
                                        "num_components": 2, "others": None, "y_train": None, "seed": 0},
        "evaluation.dci": {**factors, **few, "classifier": tree(), "regressor": None},
        "evaluation.density_coverage": {**real, "num_neighbours": 3},
        "evaluation.diagnose": {"model": vae, "x": X, "x_train": None, "threshold": 0.01, "max_examples": 20,
                                "seed": 0},
        "evaluation.elbo": {"model": vae, "x": X, **draws, **batch_size},
        "evaluation.factor_vae_score": {**factors, **few, "batch_size": 2, "num_bins": 3},
        "evaluation.frechet_distance": {**real, "num_splits": 2, "seed": 0},
        "evaluation.interventional_robustness": {**factors, "num_samples": 20, "quantile": 0.99, "num_bins": 3,
                                                 "seed": 0},
        "evaluation.k_means": {**codes, "y": Y, "num_clusters": 3, "num_starts": 1, "seed": 0},
        "evaluation.kernel_distance": {**real, "subset_size": 10, "seed": 0},
        "evaluation.linear_probe": {**probe, "regularization": 1.0},
        "evaluation.log_marginal_likelihood": {"model": vae, "x": X, **draws, "batch_size": 64, "verbose": 0},
        "evaluation.marginal_likelihood": {"model": vae, "x": X, **draws, "batch_size": 64, "verbose": 0},
        "evaluation.mean_image": splits,
        "evaluation.modularity_explicitness": {**factors, **few, "num_bins": 3},
        "evaluation.mutual_information": {**both, **draws, "log_prior": None},
        "evaluation.mutual_information_gap": {**factors, "num_samples": 20, "num_bins": 3, "seed": 0},
        "evaluation.nearest_neighbours": {**probe, "num_neighbours": 3},
        "evaluation.pca": {**splits, "num_components": 2},
        "evaluation.pixel_mixture": {**splits, "num_components": 2, "smallest_sigma": 0.03, "max_train": 20, "seed": 0},
        "evaluation.precision_recall": {**real, "num_neighbours": 3},
        "evaluation.prior_hole_map": {**both, "n": 5, "extent": 3.5, "log_prior": None},
        "evaluation.prior_holes": {**both, "threshold": 0.1, "num_samples": 20, "prior_codes": None,
                                   "log_prior": None, "seed": 0},
        "evaluation.principal_components": {"x_train": X, "num_features": 3},
        "evaluation.probabilistic_pca": {**splits, "num_components": 2},
        "evaluation.report": {"vae": vae, "data": SimpleNamespace(x_train=X, x_test=X), "autoencoder": None,
                              "num_samples": 2, "num_generated": 10, "max_examples": 20, "batch_size": 64, "seed": 0,
                              "verbose": 0},
        "evaluation.sap": {**factors, **few},
        "evaluation.smoothness": {"decode": vae.decode, **codes, "num_pairs": 3, "steps": 2, "seed": 0},
        "evaluation.unsupervised_disentanglement_ranking": {"codes": [MEAN, MEAN[:, ::-1]], "kl": [[1.0, 2.0]] * 2,
                                                            "num_samples": 20, "kl_threshold": 0.01, "alpha": 0.1,
                                                            "seed": 0},
        "samplers.aggregate_posterior": {**both, "n": 4, "seed": 0},
        "samplers.gaussian_mixture": {**codes, "n": 4, "num_components": 2, "seed": 0},
        "samplers.prior": {"vae": vae, "n": 4, "temperature": 1.0, "truncation": None, "seed": 0},
        "layers.KLDivergence": {"beta": 1.0, "free_bits": 0.0, "prior": None, "posterior": None, "seed": 0},
        "flows.Coupling": affine,
        "flows.InverseAutoregressive": affine,
        "flows.Planar": {},
        "flows.get": {"identifier": "planar"},
        "layers.Sampling": {"seed": 0, "posterior": None, "return_log_prob": True},
        "likelihoods.Bernoulli": {},
        "likelihoods.ContinuousBernoulli": {},
        "likelihoods.DiscretizedLogistic": {"levels": 17, "scale": "learned"},
        "likelihoods.Gaussian": {"sigma": 1.0},
        "likelihoods.Laplace": {"scale": 1.0},
        "likelihoods.get": {"identifier": "bernoulli"},
        "networks.convolutional": {"input_shape": (8, 8, 1), "latent_dim": 2, "filters": (2,), "dense": 3,
                                   "activation": "relu", "num_parameters": 1, **further, "condition_shape": (3,)},
        "networks.faces64": {"input_shape": (64, 64, 1), "latent_dim": 2, "num_parameters": 1, "decoder": "transposed",
                             **further},
        "networks.get": {"name": "mlp"},
        "networks.lenet": {"input_shape": (28, 28, 1), "latent_dim": 2, "num_parameters": 1, **further},
        "networks.mlp": {"input_shape": (8, 8, 1), "latent_dim": 2, "hidden": (3,), "activation": "relu",
                         "num_parameters": 1, **further, "condition_shape": (3,)},
        "networks.s0": {"input_shape": (28, 28, 1), "latent_dim": 2, "num_parameters": 1, **further},
        "networks.spatial": {"input_shape": (8, 8, 1), "channels": 2, "filters": (2,), "activation": "relu",
                             "num_parameters": 1, **further},
        "penalties.Capacity": {"weight": 1000.0, "capacity": 25.0},
        "penalties.DIPI": {"weight": 10.0, "diagonal": 10.0},
        "penalties.DIPII": {"weight": 10.0, "diagonal": 1.0},
        "penalties.MaximumMeanDiscrepancy": {"weight": 10.0, "kernel": "rbf", "scales": (1.0, 2.0)},
        "penalties.TotalCorrelation": {"weight": 5.0, "num_examples": N},
        "plots.active_units": {"variance_of_mean": [0.9, 0.001], "threshold": 0.01, "title": "title"},
        "plots.code_factors": {"matrix": np.eye(2), "factor_names": ["a", "b"], "unit": "nats", "title": "title"},
        "plots.history": {"history": LOGS, "title": "title"},
        "plots.interpolation": images,
        "plots.kl_per_dimension": {"kl": [0.9, 0.1], "title": "title"},
        "plots.latent_space": {**codes, "labels": Y, "title": "title"},
        "plots.manifold": {**grid, "extent": 2.0},
        "plots.manifold_codes": {"n": 3, "extent": 2.0},
        "plots.posterior_blobs": {**both, "labels": Y, "dimensions": [0, 1], "num": 20, "title": "title"},
        "plots.prior_holes": {"grid": np.linspace(-1, 1, 5), "prior": np.ones((5, 5)),
                              "aggregate_posterior": RANDOM.random((5, 5)), "threshold": 0.1, "title": "title"},
        "plots.rate_distortion": {"rate": [1.0, 2.0, 3.0], "distortion": [9.0, 5.0, 4.0], "labels": ["a", "b", "c"],
                                  "knee": 1, "title": "title"},
        "plots.reconstructions": {"x": X, "x_hat": X, "title": "title", "value_range": (0, 1)},
        "plots.samples": {**images, "columns": 5},
        "plots.search_map": {"latent_dim": [2, 8], "beta": [1.0, 2.0], "score": [-3.0, -2.0],
                             "annealing": [True, False], "name": "name", "title": "title"},
        "plots.seed_spread": {"scores": [[1.0, 2.0], [2.0, 3.0]], "labels": ["a", "b"], "name": "name",
                              "title": "title"},
        "plots.traversals": {**grid, "values": np.arange(6.0), "dimensions": [0, 1, 2, 3]},
        "priors.MixtureOfGaussians": {"num_components": 3, "covariance_type": "full"},
        "posteriors.Flow": {"flows": ["planar"], "context_dim": 2},
        "posteriors.FullGaussian": {},
        "posteriors.Gaussian": {},
        "posteriors.get": {"identifier": "gaussian"},
        "priors.StandardNormal": {},
        "priors.VampPrior": {"num_components": 3, "pseudo_inputs": X[:3], "value_range": (0.0, 1.0),
                             "event_shape": (8, 8, 1)},
        "priors.get": {"identifier": None},
        "schedules.Constant": {"level": 1.0},
        "schedules.Cosine": ramp,
        "schedules.Cyclical": {**ramp, "cycles": 4, "rise": 0.5},
        "schedules.Linear": ramp,
        "schedules.Sigmoid": {**ramp, "steepness": 12.0},
        "schedules.get": {"identifier": "constant", "level": 1.0},
        "tuning.Disentanglement": {"score": "sap"},
        "tuning.Elbo": {},
        "tuning.MarginalLikelihood": {"num_samples": 10},
        "tuning.RateDistortion": {},
        "tuning.SearchDirectory": {"path": folder / "runs", "identity": {"a": 1}, "process": "search"},
        "tuning.SearchSpace": {"latent_dim": [2, 3], "beta": (0.1, 1.0), "annealing": "both", "width": None,
                               "learning_rate": 1e-3},
        "tuning.UDR": {},
        "tuning.VAEHyperModel": {**search, "objective": "elbo", "batch_size": 8, "network": "mlp",
                                 "likelihood": "bernoulli", "validation_fraction": 0.2, "warm_up": 0.3,
                                 "devices": None, "seed": 0},
        "tuning.advice": rows,
        "tuning.best": rows,
        "tuning.check_tuner": {"name": "random", "hypermodel": hypermodel, "max_trials": 2, "seed": 0},
        "tuning.is_distributed": {},
        "tuning.knee": {"rate": [1.0, 2.0, 3.0], "distortion": [9.0, 5.0, 4.0]},
        "tuning.make_tuner": {"name": "random", "hypermodel": hypermodel, "max_trials": 2, "directory": folder / "made",
                              "seed": 0},
        "tuning.pareto_front": {"rate": [1.0, 2.0, 3.0], "distortion": [9.0, 5.0, 4.0]},
        "tuning.table": rows,
        "tuning.trials": {"tuner": tuner, "hypermodel": hypermodel},
        "tuning.write_csv": {"rows": rows["rows"], "path": folder / "trials.csv"},
    }  # fmt: skip
    methods = {
        "VAE": (vae, {
            "decode": {"z": MEAN, **batch_size},
            "codes": {"x": X, **batch_size},
            "elbo": {"x": X, **draws, **batch_size},
            "kl": {"x": X, "seed": 0},
            "log_prior": {"z": MEAN, **batch_size},
            "sample_posterior": {"x": X, "seed": 0},
            "elbo_parts": {"x": X, **draws, **batch_size},
            "encode": {"x": X, **batch_size},
            "interpolate": {"x_a": X[0], "x_b": X[1], "steps": 3, **batch_size},
            "log_joint_and_gradient": {"x": X, "z": MEAN},
            "log_weights": {"x": X, "num_samples": 3, "rows": None, "seed": 0},
            "reconstruct": {"x": X, **batch_size},
            "sample": {"n": 3, "temperature": 1.0, "truncation": 1.0, "observe": False, "seed": 0, **batch_size},
            "sample_codes": {"n": 3, "temperature": 1.0, "truncation": None, "seed": 0},
            "simulate": {"n": 3, "seed": 0},
            "traverse": {"x": X[0], "dimension": 0, "values": [-1.0, 0.0, 1.0], **batch_size},
        }),
        "datasets.Batches": (batches, {"set_epoch": {"epoch": 1, "first_batch": 0}}),
        "evaluation.ArrayModel": (model, {
            "codes": {"x": X},
            "elbo_parts": {"x": X, **draws},
            "encode": {"x": X},
            "kl": {"x": X, "seed": 0},
            "sample_posterior": {"x": X, "seed": 0},
            "log_joint_and_gradient": {"x": X, "z": MEAN},
            "log_weights": {"x": X, "num_samples": 3},
            "reconstruct": {"x": X},
            "simulate": {"n": 3},
        }),
        "Autoencoder": (autoencoder, {
            "adapt": {"x": X, **batch_size},
            "codes": {"x": X, **batch_size},
            "decode": {"z": MEAN, **batch_size},
            "like": {"vae": vae, "prior": None},
            "sample": {"n": 3, "temperature": 1.0, "observe": True, "seed": 0, **batch_size},
        }),
        "models.Classifier": (classifier, {"features": {"x": X, **batch_size}, "predict": {"x": X, **batch_size}}),
    }  # fmt: skip
    found = {name: (_public(name), arguments) for name, arguments in calls.items()}
    for name, (instance, arguments_of) in methods.items():
        found |= {f"{name}.{m}": (getattr(instance, m), arguments) for m, arguments in arguments_of.items()}
    return found


def tree():
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(random_state=0)


def image_folder(path):
    from PIL import Image

    path.mkdir()
    for i in range(3):
        Image.new("RGB", (9, 9), (80 * i, 0, 0)).save(path / f"{i}.png")


def _public(name):
    thing = keras_vae
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing
