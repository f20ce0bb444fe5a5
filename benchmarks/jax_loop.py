"""A VAE written by hand in JAX: pure functions, jit, Adam; its transposed convolutions XLA's or ours."""

import functools

import jax
import numpy as np
from jax import numpy as jnp
from shapes import CONV, MLP, initial_arrays

from keras_vae.layers.conv2d_transpose import with_quick_gradient

NHWC = ("NHWC", "HWIO", "NHWC")
LOOPS = ("jit", "jit, our gradient")


def dense(layer, x):
    return x @ layer[0] + layer[1]


def conv(layer, x, stride):
    return jax.lax.conv_general_dilated(x, layer[0], (stride, stride), "SAME", dimension_numbers=NHWC) + layer[1]


def transposed(layer, x, name):
    if name == "jit, our gradient":
        return with_quick_gradient((2, 2))(x, layer[0].transpose(0, 1, 3, 2)) + layer[1]
    return jax.lax.conv_transpose(x, layer[0], (2, 2), "SAME", dimension_numbers=NHWC) + layer[1]


def encoded(kind, p, x):
    if kind == "mlp":
        return jax.nn.relu(dense(p["h"], x.reshape(len(x), 784)))
    h = jax.nn.relu(conv(p["c2"], jax.nn.relu(conv(p["c1"], x, 2)), 2))
    return jax.nn.relu(dense(p["h"], h.reshape(len(x), 3136)))


def decoded(kind, p, z, name):
    h = jax.nn.relu(dense(p["g"], z))
    if kind == "mlp":
        return dense(p["out"], h)
    h = jax.nn.relu(transposed(p["t1"], h.reshape(len(z), 7, 7, 64), name))
    return conv(p["out"], jax.nn.relu(transposed(p["t2"], h, name)), 1).reshape(len(z), 784)


def loss_of(p, key, x, kind, name):
    h = encoded(kind, p, x)
    mean, log_var = dense(p["mean"], h), dense(p["log_var"], h)
    z = mean + jnp.exp(0.5 * log_var) * jax.random.normal(key, mean.shape)
    logits, x = decoded(kind, p, z, name), x.reshape(len(x), 784)
    reconstruction = jnp.sum(jax.nn.softplus(logits) - x * logits, axis=-1)
    kl = 0.5 * jnp.sum(jnp.exp(log_var) + mean**2 - 1 - log_var, axis=-1)
    return jnp.mean(reconstruction + kl)


@functools.partial(jax.jit, static_argnames=("kind", "name"), donate_argnums=0)
def train_step(state, x, kind, name):
    p, m, v, t, key = state
    key, used = jax.random.split(key)
    loss, g = jax.value_and_grad(loss_of)(p, used, x, kind, name)
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g**2, v, g)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), p, m, v)
    return (p, m, v, t, key), loss


def make_step(kind, latent_dim, name="jit"):
    """Return a function of a batch that makes a step, and one that turns its loss into a float."""
    p = jax.tree.map(jnp.asarray, initial_arrays(MLP if kind == "mlp" else CONV, latent_dim))
    state = [(p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.zeros(()), jax.random.key(0))]

    def step(x):
        state[0], loss = train_step(state[0], x, kind, name)
        return loss

    return step, float


@functools.partial(jax.jit, static_argnames=("kind", "num_samples"))
def log_weights(p, key, x, kind, num_samples):
    h = encoded(kind, p, x)
    mean, log_var = dense(p["mean"], h)[:, None], dense(p["log_var"], h)[:, None]
    epsilon = jax.random.normal(key, (len(x), num_samples, mean.shape[-1]))
    z = mean + jnp.exp(0.5 * log_var) * epsilon
    logits = decoded(kind, p, z.reshape(-1, z.shape[-1]), "jit").reshape(len(x), num_samples, 784)
    log_likelihood = jnp.sum(x.reshape(len(x), 1, 784) * logits - jax.nn.softplus(logits), axis=-1)
    return log_likelihood + 0.5 * jnp.sum(epsilon**2 + log_var - z**2, axis=-1)


def make_log_weights(kind, latent_dim):
    """Return a function of examples and a number of draws that gives an array of log-weights."""
    p = jax.tree.map(jnp.asarray, initial_arrays(MLP if kind == "mlp" else CONV, latent_dim))
    key = [jax.random.key(0)]

    def weights(x, num_samples):
        key[0], used = jax.random.split(key[0])
        return np.asarray(log_weights(p, used, x, kind, num_samples))

    return weights
