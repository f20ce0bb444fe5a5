"""Your own encoder and decoder, a learned sigma, early stopping that waits for the warm-up, TensorBoard.

python examples/own_networks.py
tensorboard --logdir runs/own_networks
"""

# %% Import

import argparse
import pathlib
from importlib.util import find_spec

from quietly import quietly

with quietly():
    import keras
    from keras import layers

    import keras_vae
    from keras_vae import callbacks, datasets, likelihoods, schedules


# %% An encoder is any Keras model that returns (mean, log_var), a decoder any that returns the likelihood's parameters:
# for a Gaussian its mean. Normalization, dropout, subclassed models: what Keras can, they can. (The averages of a batch
# normalization with its default momentum of 0.99 lag for hundreds of steps, and the validation with them.)


def build_networks(latent_dim):
    keras.config.set_image_data_format("channels_last")  # as the data are, whatever keras.json says
    x = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, padding="same", activation="silu")(x)
    h = layers.Conv2D(32, 3, strides=2, padding="same", activation="silu")(h)
    h = layers.Dense(64, activation="silu")(layers.Flatten()(h))
    encoder = keras.Model(x, [layers.Dense(latent_dim)(h), layers.Dense(latent_dim)(h)], name="encoder")

    z = keras.Input((latent_dim,))
    h = layers.Dense(4 * 4 * 32, activation="silu")(z)
    h = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="silu")(layers.Reshape((4, 4, 32))(h))
    decoder = keras.Model(z, layers.Conv2D(1, 3, padding="same")(h), name="decoder")
    return encoder, decoder


# %% Sigma is one trainable number: the model finds the balance of reconstruction and KL itself. The stopping watches
# `val_elbo`, which does not depend on beta, takes the maximum, and waits for the end of the warm-up: before it, beta is
# low and the ELBO of an epoch says little.


def main(arguments: list[str] | None = None) -> keras.Model:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/own_networks"))
    options = parser.parse_args(arguments)

    with quietly():  # it loads TensorFlow where that is installed
        keras.utils.set_random_seed(0)
    data = datasets.load("digits")
    vae = keras_vae.VAE(*build_networks(latent_dim=6), likelihood=likelihoods.Gaussian(sigma="learned"))
    vae.compile(optimizer=keras.optimizers.Adam(2e-3))

    # Keras writes TensorBoard's files through TensorFlow, whatever the backend.
    board = [keras.callbacks.TensorBoard(log_dir=str(options.out))] if find_spec("tensorflow") else []
    if not board:
        print("TensorFlow is not installed: training without TensorBoard's files")

    warm_up = min(8, options.epochs)
    history = vae.fit(
        datasets.Batches(data.x_train[:-140], batch_size=64),
        validation_data=(data.x_train[-140:],),
        epochs=options.epochs,
        callbacks=[
            callbacks.BetaAnnealing(schedules.Cosine(duration=warm_up)),
            keras.callbacks.EarlyStopping(
                monitor="val_elbo", mode="max", patience=8, start_from_epoch=warm_up, restore_best_weights=True
            ),
            *board,
            callbacks.Progress(),
        ],
        verbose=0,
    )
    result = vae.evaluate(data.x_test, verbose=0, return_dict=True)
    print(f"stopped after {len(history.epoch)} epochs; test ELBO {result['elbo']:.2f} nats per example")
    return vae


if __name__ == "__main__":
    main()
