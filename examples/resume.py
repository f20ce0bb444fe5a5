"""A run that is stopped and resumed, and ends as if nothing had happened.

python examples/resume.py                # twice 10 epochs, with a stop in between
kill it at any time and start it again: it goes on where it stopped, also in the middle of an epoch
"""

# %% Import

import argparse
import pathlib

from quietly import quietly

with quietly():
    import keras

    import keras_vae
    from keras_vae import callbacks, datasets, networks, schedules


# %% `Backup` stores the weights, the optimizer, beta, the step and the state of the noise in one file, here after every
# 10 steps and each epoch. The file is replaced at once: a kill, or a full disk, leaves the one before. `Batches` has an
# order that is a function of the epoch. So the resumed run is the uninterrupted one, bit for bit.


def train(folder, epochs, warm_up):
    with quietly():  # it loads TensorFlow where that is installed
        keras.utils.set_random_seed(0)
    data = datasets.load("digits")
    vae = keras_vae.VAE(*networks.mlp((8, 8, 1), latent_dim=4, hidden=(128,)))
    vae.compile(optimizer="adam")
    history = vae.fit(
        datasets.Batches(data.x_train, batch_size=64, seed=1),
        epochs=epochs,
        callbacks=[
            callbacks.BetaAnnealing(schedules.Linear(duration=warm_up)),
            callbacks.Backup(folder / "backup.npz", every=10),
            callbacks.Progress(),
        ],
        verbose=0,
    )
    return vae, history, data


# %% The second call finds the backup and runs epochs 11 to 20 only. The backup stays: a third call has nothing left to
# do, and gives the trained model. A file saved at the end can be trained further as well:
# `fit(..., initial_epoch=20, epochs=30)` after `keras.models.load_model`.


def main(arguments: list[str] | None = None) -> keras.Model:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/resume"))
    options = parser.parse_args(arguments)

    half = max(1, options.epochs // 2)
    train(options.out, half, warm_up=half)
    print("-- stopped; the same call again, with more epochs --")
    vae, history, data = train(options.out, options.epochs, warm_up=half)
    if history.epoch:
        print(f"ran epochs {history.epoch[0] + 1} to {history.epoch[-1] + 1}")
    else:
        print(f"the backup in {options.out} has all {options.epochs} epochs: nothing was left to do")

    vae.save(options.out / "vae.keras")
    loaded = keras.models.load_model(options.out / "vae.keras")
    batches = datasets.Batches(data.x_train, batch_size=64, seed=1)
    further = loaded.fit(
        batches,
        initial_epoch=options.epochs,
        epochs=options.epochs + 2,
        callbacks=[callbacks.Progress()],
        verbose=0,
    )
    print(f"trained a saved file further, to epoch {further.epoch[-1] + 1}, with beta = {float(loaded.beta.numpy()):g}")
    return loaded


if __name__ == "__main__":
    main()
