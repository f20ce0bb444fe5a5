"""What the models, priors, posteriors and bounds reach on MNIST, a row of docs/evidence/models.json for each question.

    KERAS_BACKEND=jax python benchmarks/models.py mnist.npz              # all rows, half an hour on one CPU core
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
import re
import time
from importlib import metadata

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_vae
from keras_vae import bounds, evaluation, flows, networks, penalties, posteriors, priors
from keras_vae.datasets import Batches
from keras_vae.evaluation import train_classifier
from keras_vae.replacing import replacing

ROOT = pathlib.Path(__file__).parents[1]
EVIDENCE = ROOT / "docs" / "evidence" / "models.json"
PAGE = ROOT / "docs" / "models.md"
SHAPE = (28, 28, 1)
BACKEND = keras.backend.backend()
PACKAGES = ("keras", "numpy", {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}[BACKEND])
ROWS = {}


def row(name):
    """Make a row known, a function from the data to the protocol, the seeds and the figures."""

    def decorate(function):
        ROWS[name] = function
        return function

    return decorate


def figure(values, error=None, digits=4):
    """Return a figure as it is stored: the mean of a value, or of one for each seed, and its error in as many digits."""
    by_seed = [float(value) for value in np.atleast_1d(values)]
    value = float(np.mean(by_seed))
    if error is not None and np.isfinite(error) and error > 0.0:
        digits = 1 - math.floor(math.log10(error))  # two digits of the error
    stored = {"value": round(value, digits)}
    if error is not None:
        stored["error"] = round(float(error), digits)
    if len(by_seed) > 1:
        stored["by_seed"] = [round(one, digits) for one in by_seed]
    return stored


def mean_figure(of_rows):
    """Return the mean over test images with its standard error, of an array `(images,)` or `(seeds, images)`."""
    of_rows = np.atleast_2d(np.asarray(of_rows, "float64"))
    of_images = of_rows.mean(axis=0)
    return figure(of_rows.mean(axis=1), of_images.std(ddof=1) / math.sqrt(len(of_images)))


def squared_errors(model, x, *y):
    """Return each image's mean squared error a pixel, of the reconstruction without a draw."""
    return np.mean((model.reconstruct(x, *y) - x) ** 2, axis=(1, 2, 3))


def fit(model, arrays, seed, epochs, batch_size=128, learning_rate=1e-3, **optimizers):
    model.compile(keras.optimizers.Adam(learning_rate), **optimizers)
    model.fit(Batches(arrays, batch_size, seed=seed), epochs=epochs, verbose=0)
    return model


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
                "labels that agree, %": figure(
                    100.0 * right.mean(), 100.0 * right.std(ddof=1) / math.sqrt(len(right))
                ),
                "least of a label, %": figure(100.0 * min(right[data.y_test == k].mean() for k in range(10)), digits=1),
            },
        },
    }


# %% Priors, posteriors, bounds: one small budget, one net, the same seeds.

SEEDS = (0, 1)
SMALL = (
    "10,000 training images, 10 epochs in batches of 100, Adam 1e-3; net 784-300-16, Bernoulli likelihood; all pixels "
    "drawn once as 0 or 1 with the grey value as probability; every tenth test image, 1,000; L_200 by importance "
    "sampling with 200 draws; gain: difference from the first line, image by image"
)


def binary(data):
    """Return 10,000 training and 1,000 test images of zeros and ones."""
    random = np.random.default_rng(0)
    chosen = random.permutation(len(data.x_train))[:10_000]
    return tuple((random.random(x.shape) < x).astype("float32") for x in (data.x_train[chosen], data.x_test[::10]))


def compared(data, variants):
    """Return the figures of VAEs; `variants` is a dict from a name to a function of x that gives the arguments."""
    x, x_test = binary(data)
    figures, first = {}, None
    for name, arguments in variants.items():
        elbos, log_ps, active, seconds = [], [], [], []
        for seed in SEEDS:
            keras.utils.set_random_seed(seed)
            parts = arguments(x)
            heads = parts["posterior"].heads(16) if "posterior" in parts else None
            vae = keras_vae.VAE(*networks.mlp(SHAPE, 16, hidden=(300,), heads=heads), seed=seed, **parts)
            start = time.process_time()
            fit(vae, x, seed, epochs=10, batch_size=100)
            seconds.append(time.process_time() - start)
            elbos.append(vae.elbo(x_test, num_samples=10, seed=seed))
            log_ps.append(evaluation.log_marginal_likelihood(vae, x_test, 200, seed=seed, verbose=0)[0])
            active.append(np.sum(np.var(vae.codes(x_test), axis=0) > 0.01))
            print(f"  {name}, seed {seed}: ELBO {elbos[-1].mean():.2f}, L_200 {log_ps[-1].mean():.2f}", flush=True)
        first = np.array(log_ps) if first is None else first
        figures[name] = {
            "ELBO": mean_figure(elbos),
            "L_200": mean_figure(log_ps),
            **({} if len(figures) == 0 else {"gain": mean_figure(np.array(log_ps) - first)}),
            "L_200 - ELBO": mean_figure(np.array(log_ps) - np.array(elbos)),
            "active units": figure(active, digits=1),
            "CPU s": figure(np.mean(seconds), digits=0),
        }
    return {"protocol": SMALL, "seeds": list(SEEDS), "figures": figures}


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


# %% The files.


def store(name, result):
    """Put a row into the JSON file, which is replaced at once."""
    stored = json.loads(EVIDENCE.read_text()) if EVIDENCE.exists() else {}
    stored[name] = result
    with replacing(EVIDENCE) as new:
        new.write_text(json.dumps({one: stored[one] for one in ROWS if one in stored}, indent=1) + "\n")


def table(result):
    """Return a row's figures as a table, and below it what was done."""
    figures = result["figures"]
    columns = list(dict.fromkeys(column for of_model in figures.values() for column in of_model))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for model, of_model in figures.items():
        lines.append(f"| {model} | {' | '.join(cell(of_model.get(column)) for column in columns)} |")
    seeds = ", ".join(map(str, result["seeds"]))
    return "\n".join(
        [
            *lines,
            "",
            f"Protocol: {result['protocol']}. Seeds {seeds}; {result['backend']}, {result['cpu_seconds']:,.0f} s of "
            "CPU time.",
        ]
    )


def cell(stored):
    """Return a figure with its error as text."""
    if stored is None:
        return ""
    value, error = stored["value"], stored.get("error")
    if error:
        digits = max(0, *(len(f"{one:.9f}".rstrip("0").partition(".")[2]) for one in (value, error)))
        return f"{value:,.{digits}f} +- {error:,.{digits}f}"
    return f"{value:,.0f}" if value == round(value) else f"{value:,}"


def with_tables(page, stored):
    """Return a page's text with the tables of the stored rows between their marks."""
    for name, result in stored.items():
        marks = f"<!-- {name} -->", f"<!-- end of {name} -->"
        between = re.compile(f"{marks[0]}.*?{marks[1]}", re.DOTALL)
        page = between.sub(lambda _, text=table(result), marks=marks: f"{marks[0]}\n{text}\n{marks[1]}", page)
    return page


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
            store(name, result)
            print(f"{name}: {json.dumps(result['figures'])} in {result['cpu_seconds']} s of CPU time", flush=True)
    if PAGE.exists():
        page = with_tables(PAGE.read_text(), json.loads(EVIDENCE.read_text()))
        with replacing(PAGE) as new:
            new.write_text(page)


if __name__ == "__main__":
    main()
