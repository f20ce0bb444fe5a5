"""Images per second of `VAE.fit` against a hand-written compiled loop of the same net in the same framework.

    KERAS_BACKEND=jax python benchmarks/throughput.py mnist.npz

All train with Adam on batches of 128 of MNIST, in one process, one after the other in every round; the first round,
which compiles, does not count, and the fastest of the others does. The loops are in jax_loop.py (jit),
tensorflow_loop.py (tf.function with jit_compile) and torch_loop.py (plain PyTorch). Keras' own `fit`, on a functional
model of the same net with the two layers, shows what of the distance is Keras'. Without a path it takes random images
of MNIST's shape: the speed does not depend on the pixels.
"""

import argparse
import importlib
import os
import platform
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import ops

import keras_vae

BATCH_SIZE = 128
LATENT_DIM = {"mlp": 16, "conv": 2}


def load(path, num_images):
    if path:
        return keras_vae.datasets.load(path).x_train[:num_images]
    return np.random.default_rng(0).random((num_images, 28, 28, 1), dtype="float32")


def networks(kind):
    """Return 784-512-16 and back, or the convolutional net of the Keras example."""
    return keras_vae.networks.get(kind)((28, 28, 1), LATENT_DIM[kind])


def make_fit(kind, x):
    """Return a function that trains one epoch with VAE.fit."""
    vae = keras_vae.VAE(*networks(kind))
    vae.compile(keras.optimizers.Adam(1e-3))
    return lambda: vae.fit(x, batch_size=BATCH_SIZE, verbose=0).history["loss"][0]


def make_keras(kind, x):
    """Return a function that trains one epoch of a plain functional model with Keras' own training step."""
    encoder, decoder = networks(kind)
    mean, log_var, _ = keras_vae.layers.KLDivergence()(encoder.outputs)
    model = keras.Model(encoder.inputs, decoder(keras_vae.layers.Sampling()([mean, log_var])))
    model.compile(
        keras.optimizers.Adam(1e-3), loss=lambda x, logits: ops.sum(ops.softplus(logits) - x * logits, axis=(1, 2, 3))
    )
    return lambda: model.fit(x, x, batch_size=BATCH_SIZE, verbose=0).history["loss"][0]


def make_loop(kind, x):
    """Return a function that trains one epoch with the hand-written loop, over rows in a random order."""
    loop = importlib.import_module(f"{keras.backend.backend()}_loop")
    step, to_float = loop.make_step(kind, LATENT_DIM[kind])
    random = np.random.default_rng(0)

    def epoch():
        order = random.permutation(len(x))
        losses = [step(x[order[i : i + BATCH_SIZE]]) for i in range(0, len(x), BATCH_SIZE)]
        return float(np.mean([to_float(loss) for loss in losses]))

    return epoch


def measure(kind, x, rounds):
    epochs = {"fit": make_fit(kind, x), "keras": make_keras(kind, x), "loop": make_loop(kind, x)}
    seconds = {name: [] for name in epochs}
    for counted in range(-1, rounds):
        for name, epoch in epochs.items():
            start = time.perf_counter()
            epoch()
            if counted >= 0:
                seconds[name].append(time.perf_counter() - start)
    # The fastest round: on a shared machine a round may run on one core of two, and takes twice as long.
    best = {name: min(values) for name, values in seconds.items()}
    milliseconds = {name: 1000 * value * BATCH_SIZE / len(x) for name, value in best.items()}
    print(
        f"| {keras.backend.backend()} | {kind} | {len(x) / best['fit']:,.0f} | {len(x) / best['loop']:,.0f} | "
        f"{best['loop'] / best['fit']:.2f} | {milliseconds['fit'] - milliseconds['loop']:+.2f} ms | "
        f"{len(x) / best['keras']:,.0f} | {best['keras'] / best['fit']:.2f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", help="an .npz file with MNIST")
    parser.add_argument("--steps", type=int, default=300, help="steps in an epoch (a tenth of it for the conv net)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    x = load(options.path, options.steps * BATCH_SIZE)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Keras {keras.__version__}"
    print(f"{machine}; the fastest of {options.rounds} rounds")
    print("| backend | net | fit | loop | fit / loop | a step | Keras' fit | fit / Keras' |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, steps in (("mlp", options.steps), ("conv", max(1, options.steps // 10))):
        measure(kind, x[: steps * BATCH_SIZE], options.rounds)


if __name__ == "__main__":
    main()
