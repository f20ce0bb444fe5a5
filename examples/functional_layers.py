"""The two layers alone, in a functional model of your own.

python examples/functional_layers.py
"""

# %% Import

import argparse

from quietly import quietly

with quietly():
    import keras
    from keras import layers, ops

    from keras_vae import callbacks, datasets
    from keras_vae.layers import KLDivergence, Sampling


# %% `KLDivergence` adds beta times the KL to the model's loss and hands mean and log_var on. It must lie on the path: a
# functional model drops a layer whose output nobody uses, and the layer's loss with it.


def build_model(latent_dim=4, beta=1.0):
    x = keras.Input((8, 8, 1))
    h = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    mean, log_var = layers.Dense(latent_dim)(h), layers.Dense(latent_dim)(h)
    mean, log_var, _ = KLDivergence(beta=beta, name="kl")([mean, log_var])
    z = Sampling(name="z")([mean, log_var])
    h = layers.Dense(128, activation="relu")(z)
    logits = layers.Reshape((8, 8, 1))(layers.Dense(64)(h))
    return keras.Model(x, logits)


# %% The KL is in nats per example, so the reconstruction must be a sum over the pixels too. Keras' own binary
# cross entropy is a mean over them: with it, the beta above would in effect be 64 times as large.


def reconstruction_loss(x, logits):
    return ops.sum(ops.softplus(logits) - x * logits, axis=(1, 2, 3))


def main(arguments: list[str] | None = None) -> keras.Model:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args(arguments)

    with quietly():  # it loads TensorFlow where that is installed
        keras.utils.set_random_seed(0)
    data = datasets.load("digits")
    model = build_model()
    model.compile(optimizer="adam", loss=reconstruction_loss)
    model.fit(
        data.x_train,
        data.x_train,
        validation_data=(data.x_test, data.x_test),
        epochs=options.epochs,
        batch_size=64,
        callbacks=[callbacks.Progress(names=("loss", "val_loss"))],
        verbose=0,
    )

    # %% beta is a weight of the layer: it may be assigned at any time, and is saved with the model.
    model.get_layer("kl").beta.assign(4.0)
    print("loss with beta = 4:", round(model.evaluate(data.x_test, data.x_test, verbose=0), 2), "nats per example")
    return model


if __name__ == "__main__":
    main()
