"""VAEs of one net, trained alike on a small part of MNIST: what differs between them is one part."""

import time

import keras
import numpy as np
from figures import figure, mean_figure

import keras_vae
from keras_vae import evaluation, networks
from keras_vae.datasets import Batches

SHAPE = (28, 28, 1)
SEEDS = (0, 1)
SMALL = (
    "10,000 training images, 10 epochs in batches of 100, Adam 1e-3; net 784-300-16, Bernoulli likelihood; all pixels "
    "drawn once as 0 or 1 with the grey value as probability; every tenth test image, 1,000; L_200 by importance "
    "sampling with 200 draws; gain: difference from the first line, image by image"
)


def binary(data):
    """Return 10,000 training and 1,000 test images of zeros and ones."""
    random = np.random.default_rng(0)
    chosen = random.permutation(len(data.x_train))[:10_000]
    return tuple((random.random(x.shape) < x).astype("float32") for x in (data.x_train[chosen], data.x_test[::10]))


def compared(data, variants):
    """Return the figures of VAEs; `variants` is a dict from a name to a function of x that gives the arguments."""
    x, x_test = binary(data)
    figures, first = {}, None
    for name, arguments in variants.items():
        elbos, log_ps, active, seconds = [], [], [], []
        for seed in SEEDS:
            keras.utils.set_random_seed(seed)
            parts = arguments(x)
            heads = parts["posterior"].heads(16) if "posterior" in parts else None
            vae = keras_vae.VAE(*networks.mlp(SHAPE, 16, hidden=(300,), heads=heads), seed=seed, **parts)
            start = time.process_time()
            fit(vae, x, seed, epochs=10, batch_size=100)
            seconds.append(time.process_time() - start)
            elbos.append(vae.elbo(x_test, num_samples=10, seed=seed))
            log_ps.append(evaluation.log_marginal_likelihood(vae, x_test, 200, seed=seed, verbose=0)[0])
            active.append(np.sum(np.var(vae.codes(x_test), axis=0) > 0.01))
            print(f"  {name}, seed {seed}: ELBO {elbos[-1].mean():.2f}, L_200 {log_ps[-1].mean():.2f}", flush=True)
        first = np.array(log_ps) if first is None else first
        figures[name] = {
            "ELBO": mean_figure(elbos),
            "L_200": mean_figure(log_ps),
            "gain": mean_figure(np.array(log_ps) - first) if figures else None,
            "L_200 - ELBO": mean_figure(np.array(log_ps) - np.array(elbos)),
            "active units": figure(active, digits=1),
            "CPU s": figure(np.mean(seconds), digits=0),
        }
    return {"protocol": SMALL, "seeds": list(SEEDS), "figures": figures}


def fit(model, arrays, seed, epochs, batch_size=128, learning_rate=1e-3, **optimizers):
    model.compile(keras.optimizers.Adam(learning_rate), **optimizers)
    model.fit(Batches(arrays, batch_size, seed=seed), epochs=epochs, verbose=0)
    return model
