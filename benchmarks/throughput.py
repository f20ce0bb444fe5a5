"""Images per second of `VAE.fit` against hand-written loops of the same net in the same framework, and Keras' own fit.

    KERAS_BACKEND=jax python benchmarks/throughput.py mnist.npz --out docs/evidence/speed.json --page docs/speed.md

All train with Adam on MNIST, in one process, one after the other in every round; the first round, which compiles, does
not count. The loops are in jax_loop.py, tensorflow_loop.py and torch_loop.py, each in all the ways that their LOOPS
name. Keras' own is its `fit` on a functional model of the same net with our two layers, which add the loss. Without a
path the images are random ones of MNIST's shape: the speed does not depend on the pixels.
"""

import argparse
import importlib
import os
import pathlib
import platform
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import figures
import keras
import numpy as np
from keras import ops

import keras_vae

LATENT_DIM = {"mlp": 16, "conv": 2}
TITLES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
ROWS = ("mlp", "conv", "small", "draws")  # the last one is importance_sampling.py's
OUR_GRADIENT = "jit, our gradient"  # one of jax_loop.py's
OURS, MANY, KERAS = "VAE.fit", "VAE.fit, 32 steps at once", "Keras' own fit"


def load(path, num_images):
    if path:
        return keras_vae.datasets.load(path).x_train[:num_images]
    return np.random.default_rng(0).random((num_images, 28, 28, 1), dtype="float32")


def networks(kind):
    """Return 784-512-16 and back, or the convolutional net of the Keras example."""
    return keras_vae.networks.get(kind)((28, 28, 1), LATENT_DIM[kind])


def make_fit(kind, x, batch_size, **compiled):
    """Return a function that trains one epoch with VAE.fit."""
    vae = keras_vae.VAE(*networks(kind))
    vae.compile(keras.optimizers.Adam(1e-3), **compiled)
    return lambda: vae.fit(x, batch_size=batch_size, verbose=0)


def make_keras(kind, x, batch_size):
    """Return a function that trains one epoch of a plain functional model with Keras' own training step."""
    encoder, decoder = networks(kind)
    mean, log_var, _ = keras_vae.layers.KLDivergence()(encoder.outputs)
    model = keras.Model(encoder.inputs, decoder(keras_vae.layers.Sampling()([mean, log_var])))
    model.compile(
        keras.optimizers.Adam(1e-3), loss=lambda x, logits: ops.sum(ops.softplus(logits) - x * logits, axis=(1, 2, 3))
    )
    return lambda: model.fit(x, x, batch_size=batch_size, verbose=0)


def make_loop(kind, x, batch_size, name):
    """Return a function that trains one epoch with a hand-written loop, over rows in a random order."""
    loop = importlib.import_module(f"{keras.backend.backend()}_loop")
    step, to_float = loop.make_step(kind, LATENT_DIM[kind], name)
    random = np.random.default_rng(0)

    def epoch():
        order = random.permutation(len(x))
        losses = [step(x[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]
        return float(np.mean([to_float(loss) for loss in losses]))

    return epoch


def make_epochs(kind, x, batch_size, loops):
    """Return by name the functions that are compared."""
    backend = keras.backend.backend()
    epochs = {OURS: make_fit(kind, x, batch_size), KERAS: make_keras(kind, x, batch_size)}
    if backend != "torch":  # Keras runs single steps there
        compiled = {"jit_compile": True} if backend == "tensorflow" else {}
        epochs[MANY] = make_fit(kind, x, batch_size, steps_per_execution=32, **compiled)
    names = importlib.import_module(f"{backend}_loop").LOOPS if loops else ()
    if kind == "mlp":
        names = [name for name in names if name != OUR_GRADIENT]  # it has no convolution
    return epochs | {f"loop: {name}": make_loop(kind, x, batch_size, name) for name in names}


def seconds_of(epochs, rounds):
    """Return the seconds of each function in its first call, and in those of the rounds."""
    first, later = {}, {name: [] for name in epochs}
    for counted in range(-1, rounds):
        for name, epoch in epochs.items():
            start = time.perf_counter()
            epoch()
            took = time.perf_counter() - start
            if counted < 0:
                first[name] = took
            else:
                later[name].append(took)
    return first, later


def measured(kind, x, batch_size, rounds):
    """Return the figures of a net: images/s and the ratios of the fastest rounds, by what they are called."""
    first, later = seconds_of(make_epochs(kind, x, batch_size, loops=True), rounds)
    best = {name: min(values) for name, values in later.items()}
    fastest = min((name for name in best if name.startswith("loop")), key=best.get)
    result = {f"{name}, images/s": len(x) / seconds for name, seconds in best.items()}
    result |= {f"{name}, median": len(x) / np.median(later[name]) for name in (OURS, fastest)}
    result["fit / the fastest loop"] = best[fastest] / best[OURS]
    if MANY in best:
        result["fit, 32 steps at once / the fastest loop"] = best[fastest] / best[MANY]
    if f"loop: {OUR_GRADIENT}" in best:
        result["fit / the loop with XLA's gradient"] = best["loop: jit"] / best[OURS]
    result["fit / Keras' own"] = best[KERAS] / best[OURS]
    for name in (OURS, KERAS):  # a shared machine's first epoch is no slower than its best one, but for compiling
        result[f"compile time of {name}, s"] = max(0.0, first[name] - np.median(later[name]))
    return result


def measured_in_small_batches(x, rounds):
    """Return the time of a step in small batches, where what is not computing shows."""
    result = {}
    for batch_size in (20, 32):
        part = x[: 100 * batch_size]
        _, later = seconds_of(make_epochs("mlp", part, batch_size, loops=False), rounds)
        best = {name: min(values) for name, values in later.items()}
        result |= {f"{name}, batches of {batch_size}, ms a step": 10.0 * seconds for name, seconds in best.items()}
        result[f"fit / Keras' own, batches of {batch_size}"] = best[KERAS] / best[OURS]
    return result


def kind_of(name):
    """Return where a row of a table stands: speeds come first, then medians, ratios and what remains."""
    return next((i for i, mark in enumerate(("/s", "median", " / ", "compile")) if mark in name), 0)


def rounded(value):
    return {"value": float(f"{value:.3g}") if value < 1000 else float(round(value))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", help="an .npz file with MNIST")
    parser.add_argument("--row", choices=ROWS[:3], action="append", help="some of the tables; default all")
    parser.add_argument("--steps", type=int, default=300, help="steps in an epoch (a tenth of it for the conv net)")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path, help="JSON file of the figures; other backends' stay in it")
    parser.add_argument("--page", type=pathlib.Path, help="page whose tables are written anew from that file")
    options = parser.parse_args()
    x = load(options.path, options.steps * options.batch_size)
    title = TITLES[keras.backend.backend()]
    for row in options.row or ROWS[:3]:
        start = time.process_time()
        rows = x[: max(1, options.steps // 10) * options.batch_size] if row == "conv" else x
        if row == "small":
            result = measured_in_small_batches(rows, options.rounds)
        else:
            result = measured(row, rows, options.batch_size, options.rounds)
        for name, value in result.items():
            print(f"{title}, {row}: {name}: {rounded(value)['value']:,.10g}", flush=True)
        said = f"the fastest of {options.rounds} alternating rounds, unless it says median; Adam"
        said += "" if row == "small" else f", batches of {options.batch_size}"
        if options.out:
            keep(options.out, row, title, result, said, start)
    if options.page:
        figures.write_tables(options.page, figures.read(options.out))


def keep(path, row, title, result, protocol, start):
    """Put a backend's column of a table into the file; the other backends' stay."""
    stored = figures.read(path).get(row, {"figures": {}, "cpu_seconds_of": {}})
    table = {name: dict(columns) for name, columns in stored["figures"].items()}
    for columns in table.values():
        columns.pop(title, None)
    for name, value in result.items():
        table.setdefault(name, {})[title] = rounded(value)
    ordered = {
        name: {t: table[name][t] for t in TITLES.values() if t in table[name]} for name in sorted(table, key=kind_of)
    }
    seconds = {**stored["cpu_seconds_of"], title: round(time.process_time() - start)}
    stored = {
        "figures": {name: columns for name, columns in ordered.items() if columns},
        "protocol": protocol,
        "seeds": [0],
        "backend": f"{platform.machine()}, {os.cpu_count()} cores, Keras {keras.__version__}",
        "cpu_seconds_of": seconds,
        "cpu_seconds": sum(seconds.values()),
    }
    figures.store(path, row, stored, ROWS)


if __name__ == "__main__":
    main()
