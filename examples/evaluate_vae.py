"""Measure a saved VAE: the report, its figures, and the rate and distortion of several models.

python examples/evaluate_vae.py runs/digits/vae.keras
python examples/evaluate_vae.py vae.keras --dataset mnist.npz --num-samples 5000 --out runs/mnist
python examples/evaluate_vae.py beta_1.keras beta_4.keras beta_20.keras --dataset digits
"""

# %% Keras chooses its backend when it is imported; a saved VAE opens on any. Importing keras_vae tells Keras of its
# classes.

import argparse
import json
import pathlib

import numpy as np
from quietly import quietly

with quietly():
    import keras

    import keras_vae
    from keras_vae import datasets, evaluation, plots
    from keras_vae.replacing import replacing


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", type=pathlib.Path, metavar="MODEL.keras")
    parser.add_argument(
        "--dataset", default="digits", help="digits (default), sprites, mnist, a PATH.npz, or a folder of images"
    )
    parser.add_argument(
        "--num-samples", type=int, default=500, help="draws of the importance-weighted bound; default %(default)s"
    )
    parser.add_argument(
        "--autoencoder-epochs", type=int, default=0, help="compare with a plain autoencoder; default %(default)s: no"
    )
    parser.add_argument("--seed", type=int, default=0, help="default %(default)s")
    parser.add_argument("--out", type=pathlib.Path, help="folder of the results; default: beside the first model")
    return parser.parse_args(arguments)


# %% A plain autoencoder of the same networks, with a Gaussian on its codes, is the simplest model with a decoder.


def train_autoencoder(vae, data, epochs):
    if epochs < 1:
        return None
    x = np.random.default_rng(0).permutation(data.x_train)[:10_000]
    print(f"Training a plain autoencoder on {len(x):,} images for {epochs} epochs, to compare with.", flush=True)
    autoencoder = keras_vae.Autoencoder.like(vae, prior=keras_vae.priors.MixtureOfGaussians(1, "full"))
    autoencoder.compile(keras.optimizers.Adam(1e-3))
    autoencoder.fit(datasets.Batches(x, 128, remainder="pad"), epochs=epochs, verbose=0)
    autoencoder.adapt(x)
    return autoencoder


# %% The report is a dict of numbers. Arrays in it become lists. A file that is there is replaced at once, when the new
# one is whole.


def write_report(result, path):
    with replacing(path) as new:
        new.write_text(json.dumps(result, indent=2, default=lambda array: np.asarray(array).tolist()) + "\n")


# %% The figures take arrays: what the report returns, and the codes of the test split.


def draw_report(vae, data, result, folder):
    mean, log_var = vae.encode(data.x_test)
    units = evaluation.active_units(mean, log_var)
    figures = {
        "kl_per_dimension": plots.kl_per_dimension(units["kl_per_dimension"]),
        "active_units": plots.active_units(units["variance_of_mean"]),
    }
    if vae.latent_dim > 1:
        figures["posterior_blobs"] = plots.posterior_blobs(mean, log_var, data.y_test)
    if vae.latent_dim == 2:
        maps = evaluation.prior_hole_map(mean, log_var)
        figures["prior_holes"] = plots.prior_holes(**maps)
    if data.factors_test is not None:
        information = evaluation.code_factor_information(mean, data.factors_test)["information"]
        figures["code_factors"] = plots.code_factors(information, data.factor_names)
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png")
    return figures


def load(path):
    if not path.is_file():
        raise ValueError(f"`MODEL.keras` must be a file that vae.save wrote. Received: {path}, which is not there")
    model = keras.models.load_model(path)
    if not isinstance(model, keras_vae.VAE):
        raise ValueError(f"`MODEL.keras` must hold a keras_vae.VAE. Received: {path} with a {type(model).__name__}")
    return model


def main(arguments=None):
    options = parse_arguments(arguments)
    folder = options.out or options.models[0].parent
    results = {}
    try:
        data = datasets.load(options.dataset)
        for path in options.models:
            vae = load(path)
            print(f"\n{path}")
            autoencoder = train_autoencoder(vae, data, options.autoencoder_epochs)
            results[path] = evaluation.report(vae, data, autoencoder, options.num_samples, seed=options.seed)
            target = folder if len(options.models) == 1 else folder / path.stem
            target.mkdir(parents=True, exist_ok=True)
            write_report(results[path], target / "report.json")
            names = ", ".join(draw_report(vae, data, results[path], target))
            print(f"\nSAVED  {target}/: report.json, and the figures {names}")
    except ValueError as error:
        raise SystemExit(f"error: {error}") from error

    # %% Several models on one figure: what each nat of code buys.

    if len(results) > 1:
        elbos = [result["density"]["elbo"] for result in results.values()]
        figure = plots.rate_distortion(
            [elbo["kl_loss"] for elbo in elbos],
            [elbo["reconstruction_loss"] for elbo in elbos],
            [path.stem for path in results],
        )
        figure.savefig(folder / "rate_distortion.png")
        print(f"SAVED  {folder}/rate_distortion.png")


if __name__ == "__main__":
    main()
