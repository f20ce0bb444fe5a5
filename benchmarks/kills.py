"""Trainings that are killed at random moments and called again: is anything lost, and do they end to the last bit?

python benchmarks/kills.py                # 100 kills on the backend that KERAS_BACKEND says
python benchmarks/kills.py --kills 10 --seed 7 --out kills.json

A small VAE trains with `callbacks.Backup` every 2 steps and Keras' ModelCheckpoint every epoch, in a process that is
ended by SIGKILL: half of the kills at a random time, half within a save, after a random share of the new file has been
written or when it has just taken its place. After each kill both files must be whole. A training is called again until
it reaches its end, and its weights, optimizer, noise, logs and saved model must be those of a training without kills.
"""

import argparse
import json
import os
import pathlib
import platform
import signal
import tempfile
import time
import traceback
import zipfile
from importlib import metadata

import keras
import numpy as np

import keras_vae
from keras_vae.callbacks import Backup, BetaAnnealing, backup_file
from keras_vae.datasets import Batches
from keras_vae.replacing import replacing
from keras_vae.schedules import Linear

EPOCHS = 8
STEPS = 6
SAVES = EPOCHS * (STEPS // 2 + 1)  # 2 backups within an epoch, one at its end, and the checkpoint
PACKAGES = ("keras", "numpy", {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}[keras.backend.backend()])


# %% The training. Every run of it is a process of its own, forked before the backend has started.


class KeepLogs(keras.callbacks.Callback):
    """Keep the logs of every epoch, those of the killed processes' too."""

    BACKED_UP = ("kept",)

    def __init__(self):
        super().__init__()
        self.kept = {}

    def on_epoch_end(self, epoch, logs=None):
        self.kept[str(epoch)] = dict(logs)


def train(folder):
    keras.utils.set_random_seed(0)
    x = keras.Input((20,))
    h = keras.layers.BatchNormalization()(keras.layers.Dense(12, activation="relu")(x))
    h = keras.layers.Dropout(0.2, seed=11)(h)
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    vae = keras_vae.VAE(encoder, keras_vae.networks.mlp((20,), 2, hidden=(12,))[1], seed=3)
    vae.compile(keras.optimizers.Adam(1e-2))
    data = (np.random.default_rng(0).random((16 * STEPS, 20)) > 0.6).astype("float32")
    logs = KeepLogs()
    vae.fit(
        Batches(data, 16, seed=7),
        epochs=EPOCHS,
        validation_data=(data[:30],),
        callbacks=[
            BetaAnnealing(Linear(EPOCHS)),
            logs,
            Backup(folder / "backup.npz", every=2),
            keras.callbacks.ModelCheckpoint(folder / "vae.keras"),
        ],
        verbose=0,
    )
    variables = [*vae.variables, *vae.optimizer.variables]
    codes = keras.models.load_model(folder / "vae.keras").encode(data)
    arrays = [*map(keras.ops.convert_to_numpy, variables), *codes]
    np.savez(folder / "end.npz", *arrays, logs=np.array(json.dumps(logs.kept)))


# %% The kills.


def kill_within_a_save(number, share):
    """Kill this process at its n-th save: a share of the new file is on the disk (1: it has taken its place)."""
    replace, left = os.replace, [number]

    def replace_or_die(new, path):
        left[0] -= 1
        if left[0] == 0:
            if share < 1:
                os.truncate(new, int(share * os.path.getsize(new)))
            else:
                replace(new, path)
            os.kill(os.getpid(), signal.SIGKILL)
        replace(new, path)

    os.replace = replace_or_die


def run(folder, kill=None, seconds=None) -> bool:
    """Train in a process that may be killed; return whether it reached the end."""
    process = os.fork()
    if process == 0:
        printed = os.open(folder / "printed.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        try:
            if kill is not None:
                kill_within_a_save(*kill)
            train(folder)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    end = time.monotonic() + (seconds or float("inf"))
    while os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        if time.monotonic() > end:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.002)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if code not in (0, -signal.SIGKILL):
        printed = (folder / "printed.txt").read_text(errors="replace")
        raise SystemExit(f"{printed}\nerror: a training ended with the status {code}")
    return code == 0


# %% What is left after a kill.


def step_of(folder) -> int:
    """Return the step at which the backup stands, -1 where there is none; raise if a file is not whole."""
    if (folder / "vae.keras").exists():
        with zipfile.ZipFile(folder / "vae.keras") as archive:
            if archive.testzip() is not None:
                raise ValueError("vae.keras is damaged")
    return backup_file.read(folder / "backup.npz").step if (folder / "backup.npz").exists() else -1


def same_end(one, other) -> bool:
    with np.load(one) as a, np.load(other) as b:
        return a.files == b.files and all(np.array_equal(a[name], b[name]) for name in a.files)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default %(default)s")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("docs/evidence/kills.json"))
    options = parser.parse_args(arguments)
    random = np.random.default_rng(options.seed)
    result = {"kills": 0, "within_a_save": 0, "lost": 0, "trainings": 0, "bit_exact": 0, "seed": options.seed}
    with tempfile.TemporaryDirectory() as scratch:
        straight = pathlib.Path(scratch) / "straight"
        straight.mkdir()
        start = time.monotonic()
        run(straight)
        length = time.monotonic() - start
        while result["kills"] < options.kills:
            folder = pathlib.Path(scratch) / str(result["trainings"])
            folder.mkdir()
            step, over = -1, False
            while not over:
                kill, seconds = None, None
                if result["kills"] < options.kills:
                    if random.random() < 0.5:
                        kill = int(random.integers(1, SAVES + 1)), min(1.0, 1.25 * random.random())
                    else:
                        seconds = length * random.random()
                over = run(folder, kill, seconds)
                result["kills"] += not over
                result["within_a_save"] += not over and kill is not None
                try:
                    before, step = step, step_of(folder)
                    result["lost"] += step < before
                except (ValueError, OSError, zipfile.BadZipFile) as error:
                    print(f"LOST  {error}")
                    result["lost"] += 1
                    over = True
            result["trainings"] += 1
            ended = (folder / "end.npz").exists()
            result["bit_exact"] += ended and same_end(straight / "end.npz", folder / "end.npz")
    result = {name: int(value) for name, value in result.items()}
    result["versions"] = {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}
    print(f"{keras.backend.backend()}: {json.dumps(result)}")

    options.out.parent.mkdir(parents=True, exist_ok=True)
    results = json.loads(options.out.read_text()) if options.out.exists() else {}
    results[keras.backend.backend()] = result
    with replacing(options.out) as new:
        new.write_text(json.dumps(dict(sorted(results.items())), indent=2) + "\n")
    if result["lost"] or result["bit_exact"] < result["trainings"]:
        raise SystemExit(f"error: {result['lost']} lost, {result['bit_exact']} of {result['trainings']} bit-exact")


if __name__ == "__main__":
    main()
