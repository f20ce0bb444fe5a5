"""Decoded draws per second of `evaluation.marginal_likelihood` against a hand-written loop of the same products.

    KERAS_BACKEND=jax python benchmarks/importance_sampling.py mnist.npz --out docs/evidence/speed.json

Both draw 1000 codes for each image, decode them and sum their weights, in parts of as many codes; the loops are in
jax_loop.py (jit), tensorflow_loop.py (tf.function, compiled by XLA where that is faster) and torch_loop.py (plain
PyTorch). The fastest of the alternating rounds counts, the first one does not: it compiles.
"""

import argparse
import importlib
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import figures
import keras
import numpy as np
from scipy.special import logsumexp
from throughput import LATENT_DIM, TITLES, keep, load, networks, rounded, seconds_of

import keras_vae
from keras_vae import evaluation

NUM_SAMPLES = 1000


def make_loop(kind, x, batch_size):
    loop = importlib.import_module(f"{keras.backend.backend()}_loop")
    log_weights, rows = loop.make_log_weights(kind, LATENT_DIM[kind]), max(1, batch_size // NUM_SAMPLES)

    def bounds():
        parts = [log_weights(x[i : i + rows], NUM_SAMPLES).astype("float64") for i in range(0, len(x), rows)]
        return np.concatenate([logsumexp(part, axis=1) for part in parts]) - np.log(NUM_SAMPLES)

    return bounds


def measure(kind, x, batch_size, rounds):
    vae = keras_vae.VAE(*networks(kind))
    runs = {
        "ours": lambda: evaluation.log_marginal_likelihood(vae, x, NUM_SAMPLES, batch_size, verbose=0),
        "loop": make_loop(kind, x, batch_size),
    }
    _, seconds = seconds_of(runs, rounds)
    best = {name: min(values) for name, values in seconds.items()}
    draws = len(x) * NUM_SAMPLES
    return {
        f"{kind}: ours, draws/s": draws / best["ours"],
        f"{kind}: loop, draws/s": draws / best["loop"],
        f"{kind}: ours / loop": best["loop"] / best["ours"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", help="an .npz file with MNIST")
    parser.add_argument("--num-images", type=int, default=480, help="a fortieth of it for the conv net")
    parser.add_argument("--batch-size", type=int, default=4096, help="codes decoded at once")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--out", type=pathlib.Path, help="JSON file of the figures; other backends' stay in it")
    parser.add_argument("--page", type=pathlib.Path, help="page whose tables are written anew from that file")
    options = parser.parse_args()
    start, title, result = time.process_time(), TITLES[keras.backend.backend()], {}
    for kind, num_images in (("mlp", options.num_images), ("conv", max(1, options.num_images // 40))):
        result |= measure(kind, load(options.path, num_images), options.batch_size, options.rounds)
    for name, value in result.items():
        print(f"{title}, importance sampling: {name}: {rounded(value)['value']:,.10g}", flush=True)
    if options.out:
        said = f"the fastest of {options.rounds} alternating rounds, {NUM_SAMPLES:,} draws an image"
        keep(options.out, "draws", title, result, f"{said}, decoded {options.batch_size:,} at a time", start)
    if options.page:
        figures.write_tables(options.page, figures.read(options.out))


if __name__ == "__main__":
    main()
