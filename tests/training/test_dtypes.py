"""Layers of several types in one model: gradients are judged together, and what is logged is float32."""

import sys

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.training.backend import Steps
from keras_vae.training.measures import Count, Measures

# JAX computes in float32 instead.
pytestmark = pytest.mark.filterwarnings("ignore:.*float64.*:UserWarning")

global_norm = sys.modules[Steps.__module__].global_norm


def test_the_norm_of_gradients_of_several_types():
    values = {"float64": [3.0, -5e-9], "float32": [[4.0, 1e18]], "bfloat16": [256.0, 1.0], "float16": [6e4, 7.0]}
    for names in (values, ["float16"] * 3, ["bfloat16"] * 300):
        gradients = [keras.ops.convert_to_tensor(np.array(values[name]), dtype=name) for name in names]
        held = [keras.ops.convert_to_numpy(keras.ops.cast(g, "float32")).astype("float64") for g in gradients]
        expected = np.sqrt(sum(np.sum(g**2) for g in held))
        assert float(global_norm(gradients)) == pytest.approx(expected, rel=1e-5)


def vae_of(encoder_type=None, decoder_type=None):
    x, z = keras.Input((64,)), keras.Input((2,))
    h = keras.layers.Dense(16, activation="relu", dtype=encoder_type)(x)
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    decoder = keras.Model(z, keras.layers.Dense(64)(keras.layers.Dense(16, activation="relu", dtype=decoder_type)(z)))
    vae = keras_vae.VAE(encoder, decoder, seed=1)
    vae.compile(keras.optimizers.SGD(5e-3))  # in bfloat16 Adam's 0.999 is 1, and on PyTorch it stands still
    return vae


@pytest.mark.parametrize("policy", ["float32", "float64", "bfloat16"])
def test_a_model_of_several_types_trains(digits, policy):
    keras.config.set_dtype_policy(policy)
    vae = vae_of("float64", "bfloat16") if policy == "float32" else vae_of()
    history = vae.fit(digits, batch_size=64, epochs=10, shuffle=False, verbose=0).history
    assert history["skipped_updates"] == [0.0] * 10
    assert history["elbo"][-1] > history["elbo"][0] + 2.0
    assert vae.elbo(digits[:4], seed=0).dtype == vae.decode(np.zeros((1, 2))).dtype == np.float32


def test_what_is_logged_is_summed_in_float32_whatever_floatx():
    keras.config.set_floatx("float16")
    try:
        measures, count = Measures(("a",)), Count("b")
        for value in (60000.0, 70000.0):
            measures.update_state({"a": keras.ops.convert_to_tensor(np.float32(value))}, np.float32(1000.0))
            count.update_state(np.float32(value))
        assert float(measures.result()["a"]) == 65000.0 and float(count.result()) == 130000.0
    finally:
        keras.config.set_floatx("float32")
