"""Jobs for processes of their own: python jobs.py JOB FOLDER [ARGUMENT]."""

import itertools
import os
import pathlib
import signal
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_vae
from keras_vae.callbacks import Backup, BetaAnnealing
from keras_vae.datasets import Batches
from keras_vae.schedules import Linear

EPOCHS = 4


def images():
    return (np.random.default_rng(0).random((96, 20)) > 0.6).astype("float32")


def make_vae():
    """A VAE with batch statistics and dropout, whose state must be resumed as well."""
    keras.utils.set_random_seed(0)
    x = keras.Input((20,))
    h = keras.layers.BatchNormalization()(keras.layers.Dense(12, activation="relu")(x))
    h = keras.layers.Dropout(0.2, seed=11)(h)  # on PyTorch an unseeded one draws from a global state
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    _, decoder = keras_vae.networks.mlp((20,), 2, hidden=(12,))
    vae = keras_vae.VAE(encoder, decoder, likelihood="bernoulli", seed=3)
    vae.compile(keras.optimizers.Adam(1e-2))
    return vae


def fit(vae, epochs, initial_epoch=0, callbacks=()):
    annealing = BetaAnnealing(Linear(EPOCHS))
    x = images()
    vae.fit(
        Batches(x, 40, seed=7),
        epochs=epochs,
        initial_epoch=initial_epoch,
        validation_data=(x[:30],),
        callbacks=[annealing, *callbacks],
        verbose=0,
    )


def write_state(vae, path):
    """Write everything that the next step depends on: weights, optimizer, beta, step, noise."""
    variables = [*vae.trainable_variables, *vae.non_trainable_variables, *vae.optimizer.variables]
    np.savez(path, **{f"v{i}": keras.ops.convert_to_numpy(v) for i, v in enumerate(variables)}, z=vae.sample(3))


class KillAt(keras.callbacks.Callback):
    """Kill this process with SIGKILL in the middle of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch
        self.now = False

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch == self.epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now and batch >= 1:
            os.kill(os.getpid(), signal.SIGKILL)


def straight(folder):
    """Train without a stop, and save halfway on the way: saving must not change the training."""
    vae = make_vae()
    save = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: vae.save(folder / "half.keras") if epoch == EPOCHS // 2 - 1 else None
    )
    fit(vae, EPOCHS, callbacks=[save])
    write_state(vae, folder / "straight.npz")


def second_half(folder):
    vae = keras.models.load_model(folder / "half.keras")
    fit(vae, EPOCHS, initial_epoch=EPOCHS // 2)
    write_state(vae, folder / "second_half.npz")


def backup(folder, kill=None, at="0"):
    """Go on with a training until its end, or until it is killed in an epoch or while a file is made sure of."""
    vae = make_vae()
    callbacks = [Backup(folder / "backup" / "backup.npz", every=2)]
    if kill == "in_epoch":
        callbacks.append(KillAt(int(at)))
    elif kill == "in_write":
        kill_at_fsync(int(at))
    fit(vae, EPOCHS, callbacks=callbacks)
    write_state(vae, folder / "backup.npz")


def kill_at_fsync(number):
    """Kill this process when it asks for the n-th time that a file (odd n) or its folder (even n) be on the disk."""
    calls = itertools.count(1)
    os.fsync = lambda descriptor: next(calls) == number and os.kill(os.getpid(), signal.SIGKILL)


def save(folder):
    """Train a little and save, with what the model says of the data."""
    vae = make_vae()
    fit(vae, 2)
    vae.save(folder / "vae.keras")
    mean, log_var = vae.encode(images())
    logs = vae.evaluate(images(), verbose=0, return_dict=True)
    np.savez(folder / "says.npz", mean=mean, log_var=log_var, image=vae.decode(mean), elbo=logs["elbo"], step=vae.step)


def load_safely(folder, results):
    """Load the file in a process that has only imported keras and keras_vae (`jobs` needs no more for this)."""
    vae = keras.models.load_model(folder / "vae.keras", safe_mode=True)
    np.savez(pathlib.Path(results, "safe.npz"), mean=vae.encode(images())[0])


if __name__ == "__main__":
    _, job, folder, *rest = sys.argv
    globals()[job](pathlib.Path(folder), *rest)
