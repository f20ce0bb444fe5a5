"""Models with weights, data and noise given by formulas, and what they give: the same on every backend."""

import keras
import numpy as np

import keras_vae
from keras_vae import likelihoods, networks


def numbers(shape, seed):
    """Return numbers of the order of 0.1 that do not depend on a backend's initializers."""
    return np.random.default_rng(seed).normal(scale=0.2, size=shape).astype("float32")


def cases():
    """Return the models by name, with the shape of an example."""
    image, row = (8, 8, 1), (20,)

    def mlp(**arguments):
        k = getattr(arguments.get("likelihood"), "num_parameters", 1)
        return lambda: keras_vae.VAE(*networks.mlp(row, 3, hidden=(12,), num_parameters=k), **arguments)

    return {
        "bernoulli": (mlp(), row),
        "beta and free bits": (mlp(beta=2.5, free_bits=0.02), row),
        "gaussian": (mlp(likelihood=likelihoods.Gaussian(0.3)), row),
        "gaussian learned": (mlp(likelihood=likelihoods.Gaussian("learned")), row),
        "laplace per pixel": (mlp(likelihood=likelihoods.Laplace("per_pixel")), row),
        "continuous bernoulli": (mlp(likelihood="continuous_bernoulli"), row),
        "discretized logistic": (mlp(likelihood=likelihoods.DiscretizedLogistic(17)), row),
        "convolutional": (lambda: keras_vae.VAE(*networks.convolutional(image, 3, filters=(4, 6), dense=8)), image),
    }


def measure(name):
    """Return the losses of one training step and of one evaluation, and projections of each weight's gradient."""
    make, shape = cases()[name]
    noise = numbers((32, 3), seed=5) * 5
    keras.random.normal = lambda shape, **_: keras.ops.convert_to_tensor(noise)  # restored by the caller
    vae = make()
    vae.compile(keras.optimizers.SGD(1.0))
    for i, weight in enumerate(vae.trainable_weights):
        weight.assign(numbers(weight.shape, seed=100 + i))
    x = np.round(np.random.default_rng(0).random((32, *shape)) * 16).astype("float32") / 16
    before = [keras.ops.convert_to_numpy(w).astype("float64") for w in vae.trainable_weights]
    evaluated = vae.evaluate(x, batch_size=32, verbose=0, return_dict=True)
    trained = vae.train_on_batch(x, return_dict=True)
    after = [keras.ops.convert_to_numpy(w).astype("float64") for w in vae.trainable_weights]
    gradients = [b - a for b, a in zip(before, after, strict=True)]
    projections = []
    for i, gradient in enumerate(gradients):
        directions = np.random.default_rng(200 + i).normal(size=(3, gradient.size))
        projections.append([float(np.linalg.norm(gradient)), *(directions @ gradient.ravel()).tolist()])
    return {
        "evaluated": {k: float(v) for k, v in evaluated.items()},
        "trained": {k: float(v) for k, v in trained.items()},
        "gradients": projections,
    }


if __name__ == "__main__":
    # Stored once, from JAX: KERAS_BACKEND=jax python tests/backends/parity_cases.py > tests/backends/parity.json
    import json

    print(json.dumps({name: measure(name) for name in cases()}, indent=1))
