"""Images per second of `VAE.fit` against a hand-written compiled loop of the same net in the same framework.

    KERAS_BACKEND=jax python benchmarks/throughput.py mnist.npz

Both train with Adam on batches of 128 of MNIST, in one process, one after the other in every round; the first round,
which compiles, does not count. The loops are in jax_loop.py (jit), tensorflow_loop.py (tf.function with jit_compile)
and torch_loop.py (plain PyTorch). Without a path it takes random images of MNIST's shape: the speed does not depend on
the pixels.
"""

import argparse
import importlib
import os
import platform
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_vae

BATCH_SIZE = 128
LATENT_DIM = {"mlp": 16, "conv": 2}


def load(path, num_images):
    if path:
        return keras_vae.datasets.load(path).x_train[:num_images]
    return np.random.default_rng(0).random((num_images, 28, 28, 1), dtype="float32")


def make_fit(kind, x):
    """Return a function that trains one epoch with VAE.fit."""
    networks = {"mlp": keras_vae.networks.mlp, "conv": keras_vae.networks.convolutional}
    vae = keras_vae.VAE(*networks[kind]((28, 28, 1), LATENT_DIM[kind]))
    vae.compile(keras.optimizers.Adam(1e-3))
    return lambda: vae.fit(x, batch_size=BATCH_SIZE, verbose=0).history["loss"][0]


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
    fit, loop = make_fit(kind, x), make_loop(kind, x)
    seconds = {"fit": [], "loop": []}
    for counted in range(-1, rounds):
        for name, epoch in (("fit", fit), ("loop", loop)):
            start = time.perf_counter()
            loss = epoch()
            if counted >= 0:
                seconds[name].append(time.perf_counter() - start)
    fit_seconds, loop_seconds = (statistics.median(seconds[name]) for name in ("fit", "loop"))
    steps = len(x) // BATCH_SIZE
    ratios = [b / a for a, b in zip(seconds["fit"], seconds["loop"], strict=True)]
    print(
        f"{keras.backend.backend():<11} {kind:<5} {len(x) / fit_seconds:>10,.0f} {len(x) / loop_seconds:>10,.0f} "
        f"{statistics.median(ratios):>8.2f} {min(ratios):>6.2f}-{max(ratios):.2f} "
        f"{1000 * (fit_seconds - loop_seconds) / steps:>+9.2f} ms   (last losses {fit():.1f}, {loss:.1f})",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", help="an .npz file with MNIST")
    parser.add_argument("--images", type=int, default=200 * BATCH_SIZE, help="images in an epoch")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    x = load(options.path, options.images - options.images % BATCH_SIZE)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; median of {options.rounds} rounds")
    print(
        f"{'backend':<11} {'net':<5} {'fit img/s':>10} {'loop img/s':>10} {'fit/loop':>8} {'range':>11} {'a step':>12}"
    )
    for kind in ("mlp", "conv"):
        measure(kind, x, options.rounds)


if __name__ == "__main__":
    main()
