"""Train a VAE, measure it, draw it, save it: the main job.

    python examples/train_vae.py
    python examples/train_vae.py --dataset mnist.npz --network conv --latent-dim 16 --epochs 20
    python examples/train_vae.py --dataset sprites --network conv --latent-dim 10 --beta 4

The backend is TensorFlow, or what KERAS_BACKEND says.
"""

# %% Keras chooses its backend when it is imported. TensorFlow is the default.

import argparse
import csv
import pathlib
import time

import numpy as np
from evaluate_vae import draw_report, train_autoencoder, write_report
from quietly import quietly

with quietly():
    import keras

    import keras_vae
    from keras_vae import callbacks, datasets, evaluation, networks, plots, schedules
    from keras_vae.replacing import replacing


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--dataset",
        default="digits",
        help="digits (embedded, the default), sprites (drawn), mnist, fashion_mnist (downloaded), a PATH.npz, or a "
        "folder of images",
    )
    parser.add_argument("--latent-dim", type=int, default=8, help="default %(default)s")
    parser.add_argument("--beta", type=float, default=1.0, help="weight of the KL; default %(default)s")
    parser.add_argument("--anneal-epochs", type=float, default=10, help="warm-up of beta; default %(default)s")
    parser.add_argument("--epochs", type=int, default=150, help="default %(default)s")
    parser.add_argument(
        "--network", choices=["mlp", "conv", "s0", "lenet"], default="mlp", help="default %(default)s; s0, lenet: 28x28"
    )
    parser.add_argument("--likelihood", default="bernoulli", help="default %(default)s")
    parser.add_argument("--batch-size", type=int, default=128, help="default %(default)s")
    parser.add_argument("--learning-rate", type=float, default=1e-3, help="default %(default)s")
    parser.add_argument(
        "--num-samples", type=int, default=100, help="draws of the importance-weighted bound; default %(default)s"
    )
    parser.add_argument(
        "--autoencoder-epochs",
        type=int,
        default=20,
        help="epochs of the plain autoencoder with which the report compares, on at most 10,000 images; 0 leaves it "
        "out; default %(default)s",
    )
    parser.add_argument("--seed", type=int, default=0, help="default %(default)s")
    parser.add_argument("--out", type=pathlib.Path, help="folder of the results; default runs/DATASET")
    return parser.parse_args(arguments)


# %% The data are arrays in [0, 1]. A tenth of the training split is kept aside to watch the training; the test split
# is not looked at before the training is over.


def load_data(name):
    data = datasets.load(name)
    num_validation = max(1, len(data.x_train) // 10)
    x_train, x_validation = data.x_train[:-num_validation], data.x_train[-num_validation:]
    print(
        f"{data.name}: {len(x_train):,} training, {num_validation:,} validation, {len(data.x_test):,} test images",
        end="",
    )
    print(f" of shape {x_train.shape[1:]}.\nSource: {data.source}.")
    return data, x_train, x_validation


# %% Encoder and decoder are plain Keras models; the VAE puts the KL layer and the sampling layer between them.


def build_model(options, image_shape):
    likelihood = keras_vae.likelihoods.get(options.likelihood)
    encoder, decoder = networks.get(options.network)(
        image_shape, options.latent_dim, num_parameters=likelihood.num_parameters
    )
    vae = keras_vae.VAE(encoder, decoder, likelihood=likelihood, beta=options.beta)
    vae.compile(optimizer=keras.optimizers.Adam(options.learning_rate))
    return vae


# %% Beta rises from 0 in the first epochs: a KL at full weight from the first step on can empty the latent space before
# the decoder has learnt to use it. `Batches` gives a new order each epoch, the same on every backend. Ctrl-C ends the
# training, and not the script: what has been learnt is saved, measured and drawn.


def train(vae, options, x_train, x_validation):
    batches = datasets.Batches(x_train, options.batch_size, seed=options.seed)
    watched = [callbacks.Progress()]
    if options.anneal_epochs > 0:
        warm_up = schedules.Linear(duration=options.anneal_epochs, end=options.beta)
        watched.append(callbacks.BetaAnnealing(warm_up))
    history = keras.callbacks.History()  # `fit` returns it too, but not after an interrupt
    print(f"Training for {options.epochs} epochs, in nats per example; Ctrl-C ends it early.", flush=True)
    start = time.perf_counter()
    try:
        vae.fit(
            batches, epochs=options.epochs, validation_data=(x_validation,), callbacks=[history, *watched], verbose=0
        )
    except KeyboardInterrupt:
        done = len(history.history.get("loss", []))
        print(
            f"\ninterrupted {f'after epoch {done}' if done else 'in the first epoch'}: what there is is saved,", end=" "
        )
        print("measured and drawn; a second Ctrl-C ends it all", flush=True)
    return history.history, time.perf_counter() - start


# %% A saved file holds the networks, the weights, the optimizer, beta and the state of the noise. It must give the same
# codes and images as the model in memory.


def save_and_check(vae, path, x):
    vae.save(path)
    loaded = keras.models.load_model(path)
    for name in ("encode", "reconstruct"):
        ours, theirs = np.asarray(getattr(vae, name)(x)), np.asarray(getattr(loaded, name)(x))
        if not np.allclose(ours, theirs, rtol=1e-5, atol=1e-6):
            raise SystemExit(f"{path} gives another {name}: the largest difference is {np.abs(ours - theirs).max()}")


def write_history(history, path):
    names = list(history)
    with replacing(path) as new, open(new, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *names])
        writer.writerows([epoch, *row] for epoch, row in enumerate(zip(*history.values(), strict=True), start=1))


# %% The figures: each takes arrays and returns a matplotlib figure.


def draw(vae, data, history, folder, seed):
    x, labels = data.x_test, data.y_test
    mean, _ = vae.encode(x)
    dimensions = np.argsort(-mean.var(axis=0))[:8]  # those that the model uses most
    values = np.linspace(-2.5, 2.5, 9)
    traversals = [vae.traverse(x[0], int(dimension), values) for dimension in dimensions]
    other = int(np.flatnonzero(labels != labels[0])[0]) if labels is not None and len(set(labels)) > 1 else len(x) - 1
    unit = {"value_range": (0, 1)}  # as the data; a decoder's means can lie a little outside
    figures = {
        "reconstructions": plots.reconstructions(x[:12], vae.reconstruct(x[:12]), **unit),
        "samples": plots.samples(vae.sample(48, seed=seed), columns=12, **unit),
        "interpolation": plots.interpolation(vae.interpolate(x[0], x[other], steps=12), **unit),
        "traversals": plots.traversals(traversals, values, dimensions, **unit),
        "latent_space": plots.latent_space(mean, labels),
    }
    if history:  # an interrupt may come before the first epoch has ended
        figures["history"] = plots.history(history)
    if vae.latent_dim == 2:
        images = vae.decode(plots.manifold_codes(15))
        figures["manifold"] = plots.manifold(images.reshape(15, 15, *images.shape[1:]), **unit)
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png")
    return figures


# %% The report: all numbers are of the whole test split, and those in nats are summed over pixels and latent dimensions
# and averaged over the examples. The ELBO has beta = 1, whatever beta the training had.


def report_on(vae, data, folder, options):
    result = evaluation.report(
        vae,
        data,
        autoencoder=train_autoencoder(vae, data, options.autoencoder_epochs),
        num_samples=options.num_samples,
        seed=options.seed,
    )
    write_report(result, folder / "report.json")
    return draw_report(vae, data, result, folder)


def main(arguments: list[str] | None = None) -> None:
    options = parse_arguments(arguments)
    with quietly():  # it loads TensorFlow where that is installed
        keras.utils.set_random_seed(options.seed)
    try:
        data, x_train, x_validation = load_data(options.dataset)
        vae = build_model(options, x_train.shape[1:])
    except ValueError as error:
        raise SystemExit(f"error: {error}") from error
    folder = options.out or pathlib.Path("runs") / data.name
    folder.mkdir(parents=True, exist_ok=True)

    history, seconds = train(vae, options, x_train, x_validation)
    save_and_check(vae, folder / "vae.keras", data.x_test[:256])
    write_history(history, folder / "history.csv")
    figures = draw(vae, data, history, folder, options.seed)
    figures |= report_on(vae, data, folder, options)
    speed = len(history.get("loss", [])) * len(x_train) / seconds
    print(f"\nTRAINING  {seconds:.1f} s, {speed:,.0f} images/s, {keras.backend.backend()}, Keras {keras.__version__}")
    print(f"SAVED  {folder}/: vae.keras (loaded again: the same output), history.csv, report.json, and the figures")
    print(f"  {', '.join(figures)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("\nstopped") from None
