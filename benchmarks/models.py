"""What the models, priors, posteriors and bounds reach on MNIST, a row of docs/evidence/models.json for each question.

    KERAS_BACKEND=jax python benchmarks/models.py mnist.npz              # all rows, about half an hour on one core
    KERAS_BACKEND=jax python benchmarks/models.py mnist.npz --row priors --row bounds
    python benchmarks/models.py --tables                                 # docs/models.md takes the stored figures

A row is stored as soon as it is measured, with what was done (the protocol), the seeds, the errors, the time, the
versions and the machine; then the tables of docs/models.md are written anew. Rows that are not asked for stay.
Losses are in nats per example.
"""

import argparse
import json
import math
import os
import pathlib
import platform
import time
from importlib import metadata

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from figures import figure, mean_figure, read, store, write_tables
from small_budget import SEEDS, SHAPE, binary, compared, fit

import keras_vae
from keras_vae import bounds, evaluation, flows, networks, penalties, posteriors, priors
from keras_vae.evaluation import train_classifier

ROOT = pathlib.Path(__file__).parents[1]
EVIDENCE = ROOT / "docs" / "evidence" / "models.json"
PAGE = ROOT / "docs" / "models.md"
BACKEND = keras.backend.backend()
PACKAGES = ("keras", "numpy", {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}[BACKEND])
ROWS = {}


def row(name):
    """Make a row known, a function from the data to the protocol, the seeds and the figures."""

    def decorate(function):
        ROWS[name] = function
        return function

    return decorate


def squared_errors(model, x, *y):
    """Return each image's mean squared error a pixel, of the reconstruction without a draw."""
    return np.mean((model.reconstruct(x, *y) - x) ** 2, axis=(1, 2, 3))


# %% Autoencoders.


@row("autoencoder")
def autoencoder(data):
    """The lectures' net, and a mixture of Gaussians fitted to its codes."""
    keras.utils.set_random_seed(0)
    nets = networks.mlp(SHAPE, 16, hidden=(256, 64), heads={"code": 16})
    mixture = priors.MixtureOfGaussians(10, "full")
    model = fit(keras_vae.Autoencoder(*nets, prior=mixture, seed=0), data.x_train, 0, epochs=10)
    model.adapt(data.x_train)
    codes, test_codes = model.codes(data.x_train), model.codes(data.x_test)
    gaussian = priors.MixtureOfGaussians(1, "full")
    gaussian.adapt(codes)
    n = len(data.x_test)
    features = train_classifier(data.x_train, data.y_train, epochs=3).features
    of_test = features(data.x_test)

    def distance(images):
        found = evaluation.frechet_distance(of_test, features(images))
        return figure(found["frechet_distance"], found["frechet_distance_standard_error"])

    def log_prob(prior):
        return mean_figure(keras.ops.convert_to_numpy(prior.log_prob(test_codes)))

    pca = evaluation.pca(data.x_train, data.x_test, 16)
    return {
        "protocol": "net 784-256-64-16-64-256-784, Bernoulli likelihood on grey pixels, Adam 1e-3, batches of 128, 10 "
        "epochs of 60,000; errors on the 10,000 test images. Laws of the codes by `adapt` (full covariances, EM on the "
        "60,000 codes); Frechet distance of 10,000 images to the test images in the 64 features of a small classifier "
        "(`train_classifier`, 3 epochs), no FID",
        "seeds": [0],
        "figures": {
            "Autoencoder": {
                "parameters": figure(sum(net.count_params() for net in nets)),
                "squared error a pixel": mean_figure(squared_errors(model, data.x_test)),
            },
            "PCA, 16 components": {
                "squared error a pixel": figure(pca["mean_squared_error"], pca["mean_squared_error_standard_error"])
            },
            "its samples, mixture of 10 Gaussians": {
                "log p(code), test": log_prob(mixture),
                "Frechet distance": distance(model.sample(n, seed=0)),
            },
            "its samples, one Gaussian": {
                "log p(code), test": log_prob(gaussian),
                "Frechet distance": distance(
                    model.decode(keras.ops.convert_to_numpy(gaussian.sample(n, keras.random.SeedGenerator(0))))
                ),
            },
            "its reconstructions of training images": {"Frechet distance": distance(model.decode(codes[:n]))},
            "training images": {"Frechet distance": distance(data.x_train[:n])},
        },
    }


@row("linear")
def linear_autoencoder(data):
    """A linear autoencoder beside principal component analysis."""
    from scipy.linalg import subspace_angles
    from sklearn.decomposition import PCA

    keras.utils.set_random_seed(0)
    layers, epochs = keras.layers, 30
    encoder = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(16)])
    decoder = keras.Sequential([keras.Input((16,)), layers.Dense(784), layers.Reshape(SHAPE)])
    decay = keras.optimizers.schedules.CosineDecay(3e-3, epochs * math.ceil(len(data.x_train) / 256))
    model = keras_vae.Autoencoder(encoder, decoder, likelihood="gaussian", seed=0)
    fit(model, data.x_train, 0, epochs, batch_size=256, learning_rate=decay)
    flat, flat_test = (x.reshape(len(x), -1) for x in (data.x_train, data.x_test))
    pca = PCA(16, random_state=0).fit(flat)
    span = keras.ops.convert_to_numpy(decoder.layers[0].kernel).T
    angles = np.degrees(subspace_angles(span, pca.components_.T))
    of_pca = np.mean((pca.inverse_transform(pca.transform(flat_test)) - flat_test) ** 2, axis=1)
    of_model = squared_errors(model, data.x_test)
    return {
        "protocol": f"one dense layer each way, no activation, 16 numbers, Gaussian likelihood of sigma 1, Adam with a "
        f"cosine decay from 3e-3, batches of 256, {epochs} epochs of 60,000; errors on the 10,000 test images",
        "seeds": [0],
        "figures": {
            "linear Autoencoder": {
                "squared error a pixel": mean_figure(of_model),
                "above PCA's, %": figure(100.0 * (of_model.mean() / of_pca.mean() - 1.0), digits=2),
                "largest angle to PCA's plane, degrees": figure(angles.max(), digits=2),
            },
            "PCA, 16 components": {"squared error a pixel": mean_figure(of_pca)},
        },
    }


# %% A model of x given y.


@row("conditional")
def conditional(data):
    """Whether samples are of the class that was asked for."""
    keras.utils.set_random_seed(0)
    vae = keras_vae.ConditionalVAE(*networks.mlp(SHAPE, 16, condition_shape=(10,)), num_classes=10, seed=0)
    fit(vae, (data.x_train, data.y_train), 0, epochs=5)
    classifier = train_classifier(data.x_train, data.y_train, epochs=3)
    asked = np.repeat(np.arange(10), 100)
    agreement = evaluation.class_agreement(asked, classifier.predict(vae.sample(len(asked), asked, seed=0)))
    worst = min(agreement["agreement_per_class"], key=agreement["agreement_per_class"].get)
    right = classifier.predict(data.x_test) == data.y_test
    return {
        "protocol": "net 784-512-16 with the label one-hot beside x and z, Bernoulli likelihood on grey pixels, Adam "
        "1e-3, batches of 128, 5 epochs of 60,000; 100 samples (the means of p(x|z, y)) a label, judged by a small "
        "convolutional classifier of the 60,000 real images (`train_classifier`, 3 epochs)",
        "seeds": [0],
        "figures": {
            "samples of the ConditionalVAE": {
                "labels that agree, %": figure(
                    100.0 * agreement["class_agreement"], 100.0 * agreement["class_agreement_standard_error"]
                ),
                "least of a label, %": figure(100.0 * agreement["agreement_per_class"][worst], digits=1),
                "test ELBO": mean_figure(vae.elbo(data.x_test, data.y_test, num_samples=10, seed=0)),
            },
            "real test images": {
                "labels that agree, %": figure(100.0 * right.mean(), 100.0 * right.std(ddof=1) / math.sqrt(len(right))),
                "least of a label, %": figure(100.0 * min(right[data.y_test == k].mean() for k in range(10)), digits=1),
            },
        },
    }


# %% Priors, posteriors, bounds: one small budget, one net, the same seeds.


@row("priors")
def of_priors(data):
    """Priors that are trained with the model, beside N(0, I)."""
    return compared(
        data,
        {
            "StandardNormal": lambda x: {},
            "MixtureOfGaussians(50)": lambda x: {"prior": priors.MixtureOfGaussians(50)},
            "VampPrior, 200 training images": lambda x: {"prior": priors.VampPrior(pseudo_inputs=x[:200])},
        },
    )


@row("posteriors")
def of_posteriors(data):
    """Posteriors that are not a diagonal Gaussian."""

    def iaf():
        steps = [flows.InverseAutoregressive(hidden=(128,)) for _ in range(2)]
        return posteriors.Flow(steps, context_dim=32)

    return compared(
        data,
        {
            "Gaussian": lambda x: {},
            "FullGaussian": lambda x: {"posterior": posteriors.FullGaussian()},
            "Flow, 2 x InverseAutoregressive": lambda x: {"posterior": iaf()},
        },
    )


@row("bounds")
def of_bounds(data):
    """Bounds with several draws."""
    return compared(
        data,
        {
            "ELBO": lambda x: {},
            "IWAE(5)": lambda x: {"bound": bounds.IWAE(5)},
            "DReG(5)": lambda x: {"bound": bounds.DReG(5)},
        },
    )


# %% Codes that are images; codes with independent dimensions.


@row("spatial")
def spatial(data):
    """Codes of 7 x 7 x 2 numbers beside a flat code of 98, both of convolutions."""
    nets = {
        "7 x 7 x 2, networks.spatial": lambda: networks.spatial(SHAPE, 2),
        "98, networks.convolutional(dense=128)": lambda: networks.convolutional(SHAPE, 98, dense=128),
    }
    x, x_test, figures, epochs = data.x_train[::6], data.x_test[::10], {}, 5
    for name, make in nets.items():
        keras.utils.set_random_seed(0)
        pair = make()
        vae = fit(keras_vae.VAE(*pair, seed=0), x, 0, epochs)
        log_likelihood, kl = vae.elbo_parts(x_test, num_samples=10, seed=0)
        figures[name] = {
            "parameters": figure(sum(net.count_params() for net in pair)),
            "ELBO": mean_figure(log_likelihood - kl),
            "reconstruction loss": mean_figure(-log_likelihood),
            "KL": mean_figure(kl),
            "squared error a pixel": mean_figure(squared_errors(vae, x_test)),
        }
        print(f"  {name}: {figures[name]}", flush=True)
    return {
        "protocol": f"every sixth training image, 10,000, grey, Bernoulli likelihood, Adam 1e-3, batches of 128, "
        f"{epochs} epochs; every tenth test image, 1,000, 10 draws",
        "seeds": [0],
        "figures": figures,
    }


@row("factor")
def factor(data):
    """The total correlation of a FactorVAE's codes with and without its critic's part of the loss."""
    x, x_test = binary(data)
    figures = {}
    for gamma in (0.0, 10.0):
        elbos, correlations = [], []
        for seed in SEEDS:
            keras.utils.set_random_seed(seed)
            vae = keras_vae.FactorVAE(*networks.mlp(SHAPE, 10, hidden=(300,)), gamma=gamma, seed=seed)
            fit(vae, x, seed, epochs=10, batch_size=100)
            elbos.append(vae.elbo(x_test, num_samples=10, seed=seed))
            (mean, log_var), (z, _) = vae.encode(x_test), vae.sample_posterior(x_test, seed=seed)
            # Of the whole test set as one batch: the exact densities of its mixture of posteriors.
            total_correlation = penalties.TotalCorrelation(1.0, num_examples=len(x_test))
            value = total_correlation({"z": z, "mean": mean, "log_var": log_var})
            correlations.append(float(keras.ops.convert_to_numpy(value)))
            print(f"  gamma {gamma}, seed {seed}: ELBO {elbos[-1].mean():.2f}, {correlations[-1]:.3f}", flush=True)
        figures[f"FactorVAE, gamma {gamma:g}"] = {
            "ELBO": mean_figure(elbos),
            "total correlation": figure(correlations, np.std(correlations, ddof=1) / math.sqrt(len(SEEDS))),
        }
    return {
        "protocol": "10,000 training images, 10 epochs in batches of 100, Adam 1e-3 and the critic's default "
        "optimizer; net 784-300-10, Bernoulli likelihood; pixels drawn once as 0 or 1; every tenth test image, 1,000. "
        "The total correlation is that of the test images' mixture of posteriors, in nats, at one draw from each "
        "(`penalties.TotalCorrelation` on all of them as one batch), its error that of the seeds",
        "seeds": list(SEEDS),
        "figures": figures,
    }


# %% The command.


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", help="an .npz file with MNIST")
    parser.add_argument("--row", action="append", choices=ROWS, help="may be repeated; default all")
    parser.add_argument("--tables", action="store_true", help="measure nothing")
    options = parser.parse_args(arguments)
    if not options.tables:
        if options.path is None:
            parser.error("PATH must be given, an .npz file with MNIST")
        data = keras_vae.datasets.load(options.path)
        for name in options.row or ROWS:
            start, cpu = time.monotonic(), time.process_time()
            result = ROWS[name](data)
            result |= {
                "seconds": round(time.monotonic() - start),
                "cpu_seconds": round(time.process_time() - cpu),
                "backend": BACKEND,
                "versions": {"python": platform.python_version(), **{p: metadata.version(p) for p in PACKAGES}},
                "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            }
            store(EVIDENCE, name, result, ROWS)
            print(f"{name}: {json.dumps(result['figures'])} in {result['cpu_seconds']} s of CPU time", flush=True)
    write_tables(PAGE, read(EVIDENCE))


if __name__ == "__main__":
    main()
