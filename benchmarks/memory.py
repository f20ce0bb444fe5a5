"""Resident memory of a server with requests of random sizes, and of a loop that makes, trains and drops models.

    KERAS_BACKEND=jax python benchmarks/memory.py --out docs/evidence/memory.json

**requests**: one model of the net 784-512-16; every round calls `encode`, `decode`, `elbo` and `sample` on 1 to 300
rows, 40 times each, the numbers of rows drawn from a seed. **models**: every round makes such a model, trains it for
two steps, measures it (`evaluate`, `encode`, `elbo`) and drops it. **keras**: the same with a plain functional model
of the same net and the two layers, trained and evaluated by Keras' own steps: what it leaves is not ours. Memory is
read after a garbage collection at each round's end, in MB above the first round, in which libraries are loaded and
most shapes compiled. "A round" is the slope over the second half of the rounds: flat is near 0.

With `--out` the figures go into a JSON file, beside those of the other backends that are in it already.
"""

import argparse
import gc
import json
import os
import pathlib
import platform
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import ops

import keras_vae

BATCH_SIZE = 128


def resident() -> float:
    """Return this process's resident memory in MB (Linux)."""
    gc.collect()
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def networks():
    return keras_vae.networks.mlp((784,), 16)


def requests(x):
    """Return a function that serves a round of requests."""
    vae, random = keras_vae.VAE(*networks(), seed=0), np.random.default_rng(0)

    def serve(calls=40):
        for n in random.integers(1, 301, size=calls):
            vae.decode(vae.encode(x[:n])[0])
            vae.elbo(x[:n])
            vae.sample(int(n))

    return serve


def models(x):
    """Return a function that makes, trains, measures and drops a VAE."""

    def fold():
        vae = keras_vae.VAE(*networks(), seed=0)
        vae.compile("adam")
        vae.fit(x[: 2 * BATCH_SIZE], batch_size=BATCH_SIZE, verbose=0)
        vae.evaluate(x, batch_size=BATCH_SIZE, verbose=0)
        vae.encode(x)
        vae.elbo(x)

    return fold


def plain_models(x):
    """Return a function that makes, trains, evaluates and drops a model that is Keras' alone but for its layers."""

    def fold():
        encoder, decoder = networks()
        mean, log_var, _ = keras_vae.layers.KLDivergence()(encoder.outputs)
        model = keras.Model(encoder.inputs, decoder(keras_vae.layers.Sampling()([mean, log_var])))
        model.compile("adam", loss=lambda x, logits: ops.sum(ops.softplus(logits) - x * logits, axis=-1))
        model.fit(x[: 2 * BATCH_SIZE], x[: 2 * BATCH_SIZE], batch_size=BATCH_SIZE, verbose=0)
        model.evaluate(x, x, batch_size=BATCH_SIZE, verbose=0)

    return fold


def measure(name, work, rounds):
    seconds, memory = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
        memory.append(resident())
    grown = np.array(memory) - memory[0]
    half = grown[rounds // 2 :]
    slope = float(np.polyfit(np.arange(len(half)), half, 1)[0])
    later = float(np.median(seconds[1:]))
    print(
        f"{keras.backend.backend()} {name}: first round {seconds[0]:.1f} s, a later one {later:.2f} s; "
        f"MB above the first round {' '.join(f'{g:.0f}' for g in grown)}; a round {slope:+.1f} MB",
        flush=True,
    )
    return {
        "rounds": rounds,
        "first_round_seconds": round(seconds[0], 2),
        "later_round_seconds": round(later, 3),
        "megabytes_above_first_round": [round(float(g), 1) for g in grown],
        "megabytes_a_round": round(slope, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--out", type=pathlib.Path, help="JSON file that takes the figures")
    options = parser.parse_args()
    x = np.random.default_rng(0).random((300, 784), dtype="float32")
    works = {"requests": requests(x), "models": models(x), "keras": plain_models(x)}
    figures = {name: measure(name, work, options.rounds) for name, work in works.items()}
    if options.out:
        stored = json.loads(options.out.read_text()) if options.out.exists() else {}
        machine = f"{platform.machine()}, {os.cpu_count()} cores"
        stored[keras.backend.backend()] = {"machine": machine, "keras": keras.__version__, **figures}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
