"""A VAE written by hand in TensorFlow: tf.function, with XLA or without, and Adam."""

import numpy as np
import tensorflow as tf
from shapes import CONV, MLP, initial_arrays

LOOPS = ("tf.function", "XLA")


def dense(layer, x):
    return x @ layer[0] + layer[1]


def conv(layer, x, stride):
    return tf.nn.conv2d(x, layer[0], stride, "SAME") + layer[1]


def transposed(layer, x):
    size = 2 * x.shape[1]
    kernel = tf.transpose(layer[0], (0, 1, 3, 2))
    return tf.nn.conv2d_transpose(x, kernel, (tf.shape(x)[0], size, size, layer[0].shape[-1]), 2, "SAME") + layer[1]


def encoded(kind, p, x):
    if kind == "mlp":
        return tf.nn.relu(dense(p["h"], tf.reshape(x, (-1, 784))))
    h = tf.nn.relu(conv(p["c2"], tf.nn.relu(conv(p["c1"], x, 2)), 2))
    return tf.nn.relu(dense(p["h"], tf.reshape(h, (-1, 3136))))


def decoded(kind, p, z):
    h = tf.nn.relu(dense(p["g"], z))
    if kind == "mlp":
        return dense(p["out"], h)
    h = tf.nn.relu(transposed(p["t1"], tf.reshape(h, (-1, 7, 7, 64))))
    return tf.reshape(conv(p["out"], tf.nn.relu(transposed(p["t2"], h)), 1), (-1, 784))


def loss_of(kind, p, x):
    h = encoded(kind, p, x)
    mean, log_var = dense(p["mean"], h), dense(p["log_var"], h)
    z = mean + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mean))
    logits, x = decoded(kind, p, z), tf.reshape(x, (-1, 784))
    reconstruction = tf.reduce_sum(tf.math.softplus(logits) - x * logits, axis=-1)
    kl = 0.5 * tf.reduce_sum(tf.exp(log_var) + mean**2 - 1 - log_var, axis=-1)
    return tf.reduce_mean(reconstruction + kl)


def make_step(kind, latent_dim, name="XLA"):
    """Return a function of a batch that makes a step, and one that turns its loss into a float."""
    arrays = initial_arrays(MLP if kind == "mlp" else CONV, latent_dim)
    p = {name: [tf.Variable(part) for part in layer] for name, layer in arrays.items()}
    variables = [part for layer in p.values() for part in layer]
    first = [tf.Variable(tf.zeros_like(v)) for v in variables]
    second = [tf.Variable(tf.zeros_like(v)) for v in variables]
    t = tf.Variable(0.0)

    @tf.function(jit_compile=name == "XLA")
    def step(x):
        with tf.GradientTape() as tape:
            loss = loss_of(kind, p, x)
        t.assign_add(1.0)
        rate = 1e-3 * tf.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        for variable, m, v, g in zip(variables, first, second, tape.gradient(loss, variables), strict=True):
            m.assign(0.9 * m + 0.1 * g)
            v.assign(0.999 * v + 0.001 * g**2)
            variable.assign_sub(rate * m / (tf.sqrt(v) + 1e-7))
        return loss

    return lambda x: step(tf.constant(x)), np.float64


def make_log_weights(kind, latent_dim):
    """Return a function of examples and a number of draws that gives an array of log-weights."""
    arrays = initial_arrays(MLP if kind == "mlp" else CONV, latent_dim)
    p = {name: [tf.Variable(part) for part in layer] for name, layer in arrays.items()}

    # Compiled by XLA the dense net gains; the conv net's transposed convolutions lose ten times as much on a CPU.
    @tf.function(jit_compile=kind == "mlp")
    def weights(x, num_samples):
        h = encoded(kind, p, x)
        mean, log_var = dense(p["mean"], h)[:, None], dense(p["log_var"], h)[:, None]
        epsilon = tf.random.normal((x.shape[0], num_samples, latent_dim))
        z = mean + tf.exp(0.5 * log_var) * epsilon
        logits = tf.reshape(decoded(kind, p, tf.reshape(z, (-1, latent_dim))), (x.shape[0], num_samples, 784))
        log_likelihood = tf.reduce_sum(tf.reshape(x, (-1, 1, 784)) * logits - tf.math.softplus(logits), axis=-1)
        return log_likelihood + 0.5 * tf.reduce_sum(epsilon**2 + log_var - z**2, axis=-1)

    return lambda x, num_samples: weights(tf.constant(x), num_samples).numpy()
