"""Every optimizer moves the weights as in a stock Keras model, whatever kernel it is computed with."""

import keras
import numpy as np
import pytest

import keras_vae

OPTIMIZERS = {
    "Adam": lambda: keras.optimizers.Adam(1e-2),
    "Adam, epsilon": lambda: keras.optimizers.Adam(1e-2, beta_1=0.5, beta_2=0.9, epsilon=1e-2),
    "AMSGrad": lambda: keras.optimizers.Adam(1e-2, amsgrad=True),
    "AdamW": lambda: keras.optimizers.AdamW(1e-2, weight_decay=0.1),
    "SGD": lambda: keras.optimizers.SGD(1e-3, momentum=0.9, nesterov=True),
    "RMSprop": lambda: keras.optimizers.RMSprop(1e-3),
    "a schedule": lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-2, 10, 0.5)),
    "clipped": lambda: keras.optimizers.Adam(1e-2, global_clipnorm=0.5),
    "averages": lambda: keras.optimizers.Adam(1e-2, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=7),
    "accumulation": lambda: keras.optimizers.Adam(1e-2, gradient_accumulation_steps=3),
    "loss scaling": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1e-2), initial_scale=8.0),
}


def networks():
    keras.utils.set_random_seed(1)
    return keras_vae.networks.mlp((64,), 3, hidden=(16,), activation="tanh", heads={"code": 3})


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps_are_those_of_a_stock_model(digits, name):
    encoder, decoder = networks()
    start = [*encoder.get_weights(), *decoder.get_weights()]
    ours = keras_vae.Autoencoder(encoder, decoder, likelihood=keras_vae.likelihoods.Gaussian(1.0))
    ours.compile(OPTIMIZERS[name]())
    encoder, decoder = networks()
    stock = keras.Model(encoder.inputs, decoder(encoder.outputs[0]))
    stock.compile(OPTIMIZERS[name](), loss=lambda x, x_hat: 0.5 * keras.ops.sum((x - x_hat) ** 2, axis=-1))
    for model in (ours, stock):
        y = {} if model is ours else {"y": digits[:64]}
        model.fit(digits[:64], **y, epochs=25, batch_size=32, shuffle=False, verbose=0)
    for part, its in ((ours.encoder, encoder), (ours.decoder, decoder)):
        for weight, expected in zip(part.get_weights(), its.get_weights(), strict=True):
            error, moved = np.linalg.norm(weight - expected), np.linalg.norm(expected - start.pop(0))
            assert error < 1e-3 * moved
    assert int(keras.ops.convert_to_numpy(ours.optimizer.iterations)) == int(
        keras.ops.convert_to_numpy(stock.optimizer.iterations)
    )
