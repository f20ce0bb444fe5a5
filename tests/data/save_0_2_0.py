"""How the files of 0.2.0 beside this script were made, with that version: KERAS_BACKEND=... python save_0_2_0.py.

A file is kept for ever: every later version must load it compiled and go on training it.
"""

import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_vae

FOLDER = pathlib.Path(__file__).parent


def make_vae():
    """Return a compiled VAE with a learned sigma, Dropout and a schedule."""
    keras.utils.set_random_seed(0)
    x = keras.Input((12,), name="x")
    h = keras.layers.Dense(8, activation="tanh")(x)
    h = keras.layers.Dropout(0.25, seed=5)(h)
    encoder = keras.Model(x, [keras.layers.Dense(3, name="mean")(h), keras.layers.Dense(3, name="log_var")(h)])
    _, decoder = keras_vae.networks.mlp((12,), 3, hidden=(8,))
    vae = keras_vae.VAE(
        encoder,
        decoder,
        likelihood=keras_vae.likelihoods.Gaussian("learned"),
        beta=keras_vae.schedules.Linear(duration=10, start=0.1, end=1.0),
        seed=3,
    )
    vae.compile(keras.optimizers.Adam(1e-2))
    return vae


if __name__ == "__main__":
    assert keras_vae.__version__ == "0.2.0", keras_vae.__version__
    x = np.random.default_rng(1).normal(size=(48, 12)).astype("float32")
    vae = make_vae()
    vae.fit(x, batch_size=16, epochs=1, shuffle=False, verbose=0)  # 3 steps
    name = f"vae_0_2_0_{keras.backend.backend()}"
    vae.save(FOLDER / f"{name}.keras")
    mean, log_var = vae.encode(x)
    log_joint, _ = vae.log_joint_and_gradient(x, mean)
    beta = keras.ops.convert_to_numpy(vae.beta)
    np.savez(
        FOLDER / f"{name}.npz", x=x, mean=mean, log_var=log_var, image=vae.decode(mean), log_joint=log_joint, beta=beta
    )
