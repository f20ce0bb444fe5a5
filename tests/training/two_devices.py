"""Train on one device and on two logical ones, and write what came out as JSON; see test_data_parallel.py."""

import contextlib
import json
import os
import sys
import warnings

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"

import keras
import numpy as np
from pair import MARK, Pair, rows

import keras_vae


def two_devices():
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
        )
    return ["CPU:0", "CPU:1"] if keras.backend.backend() == "tensorflow" else ["cpu:0", "cpu:1"]


def train(scope, x, remainder):
    keras.utils.set_random_seed(0)
    with scope:
        encoder, decoder = keras_vae.networks.mlp((64,), 4, hidden=(16,))
        schedule = keras_vae.schedules.Linear(duration=3)
        vae = keras_vae.VAE(encoder, decoder, seed=1, beta=schedule, free_bits=0.1)
        vae.compile(optimizer=keras.optimizers.Adam(1e-2, global_clipnorm=20.0))
        batches = keras_vae.datasets.Batches(x, 32, shuffle=False, remainder=remainder)
        history = vae.fit(batches, epochs=2, validation_data=batches, verbose=0).history
    return {"history": history, "elbo": vae.elbo(x[:5], seed=0).tolist(), "step": int(np.asarray(vae.step))}


def train_two_phases(scope):
    """Train a model whose second phase skips the first batch, for a row in the second device's share."""
    keras.utils.set_random_seed(0)
    x = rows()
    x[12, 0] = MARK + 1.0
    with scope:
        pair = Pair(keras_vae.schedules.Linear(duration=3))
        pair.critic.get_layer("norm").trainable = False  # TensorFlow's replicas have statistics of their own
        pair.compile(keras.optimizers.Adam(1e-2), critic_optimizer=keras.optimizers.Adam(1e-2))
        batches = keras_vae.datasets.Batches(x, 16, shuffle=False)
        history = pair.fit(batches, epochs=2, validation_data=(rows(),), batch_size=16, verbose=0).history
    iterations = [int(np.asarray(o.iterations)) for o in (pair.optimizer, pair.critic_optimizer)]
    return {"history": history, "iterations": iterations, "scores": np.asarray(pair.critic(x[:5])).tolist()}


def refused(devices):
    """Return what `compile` says of arguments that would be wrong on several replicas."""
    messages = {}
    with keras_vae.data_parallel(devices):
        vae = keras_vae.VAE(*keras_vae.networks.mlp((64,), 4, hidden=(16,)))
        for name, value in (("metrics", ["mse"]), ("steps_per_execution", 2), ("jit_compile", True)):
            try:
                vae.compile(**{name: value})
            except ValueError as error:
                messages[name] = str(error)
    return messages


def indivisible(devices, x):
    """Return what `fit` says of a batch that two devices cannot share evenly."""
    try:
        train(keras_vae.data_parallel(devices), x, "keep")
    except ValueError as error:
        return {"batch_size": str(error)}


def main(path):
    warnings.simplefilter("ignore")
    devices = two_devices()
    x = keras_vae.datasets.digits().x_train.reshape(-1, 64)[:109]  # the last batch has 13 rows: 7 and 6
    x_bad = x.copy()
    x_bad[20] = np.nan  # in the second device's share of the first batch
    remainder = "keep" if keras.backend.backend() == "tensorflow" else "pad"
    results = {
        name: [train(scope, data, remainder) for scope in (contextlib.nullcontext(), keras_vae.data_parallel(devices))]
        for name, data in (("good", x), ("bad", x_bad))
    }
    scopes = (contextlib.nullcontext(), keras_vae.data_parallel(devices))
    results["two phases"] = [train_two_phases(scope) for scope in scopes]
    results["refused"] = refused(devices) if keras.backend.backend() == "tensorflow" else indivisible(devices, x)
    with open(path, "w") as file:
        json.dump(results, file)


if __name__ == "__main__":
    main(sys.argv[1])
