"""Models with weights, data and noise given by formulas, and what they give: the same on every backend."""

import keras
import numpy as np

import keras_vae
from keras_vae import bounds, flows, likelihoods, networks, penalties, posteriors, priors


def numbers(shape, seed):
    """Return numbers of the order of 0.1 that do not depend on a backend's initializers."""
    return np.random.default_rng(seed).normal(scale=0.2, size=shape).astype("float32")


def cases():
    """Return the models by name, with the shape of an example."""
    image, row = (8, 8, 1), (20,)

    def mlp(model=keras_vae.VAE, heads=None, condition_shape=None, **arguments):
        k = getattr(arguments.get("likelihood"), "num_parameters", 1)
        of_nets = {"hidden": (12,), "num_parameters": k, "heads": heads, "condition_shape": condition_shape}
        return lambda: model(*networks.mlp(row, 3, **of_nets), **arguments)

    def with_posterior(posterior, **arguments):
        return mlp(heads=posterior.heads(3), posterior=posterior, **arguments)

    def inverse_autoregressive():
        return posteriors.Flow([flows.InverseAutoregressive(hidden=(6,)), flows.Planar()], context_dim=2)

    return {
        "bernoulli": (mlp(), row),
        "beta and free bits": (mlp(beta=2.5, free_bits=0.02), row),
        "gaussian": (mlp(likelihood=likelihoods.Gaussian(0.3)), row),
        "gaussian learned": (mlp(likelihood=likelihoods.Gaussian("learned")), row),
        "laplace per pixel": (mlp(likelihood=likelihoods.Laplace("per_pixel")), row),
        "continuous bernoulli": (mlp(likelihood="continuous_bernoulli"), row),
        "discretized logistic": (mlp(likelihood=likelihoods.DiscretizedLogistic(17)), row),
        "convolutional": (lambda: keras_vae.VAE(*networks.convolutional(image, 3, filters=(4, 6), dense=8)), image),
        "spatial": (lambda: keras_vae.VAE(*networks.spatial(image, 2, filters=(4,)), free_bits=0.02), image),
        "mixture prior": (mlp(prior=priors.MixtureOfGaussians(4)), row),
        "vamp prior": (mlp(prior=priors.VampPrior(5)), row),
        "full Gaussian": (with_posterior(posteriors.FullGaussian()), row),
        "coupling flow": (with_posterior(posteriors.Flow([flows.Coupling(hidden=(6,))])), row),
        "autoregressive flow": (with_posterior(inverse_autoregressive(), prior=priors.MixtureOfGaussians(2)), row),
        "IWAE": (mlp(bound=bounds.IWAE(5), beta=0.5), row),
        "DReG": (mlp(bound=bounds.DReG(5)), row),
        "penalties": (mlp(penalties=[penalties.MaximumMeanDiscrepancy(2.0), penalties.Capacity(3.0, 1.0)]), row),
        "of the codes' matrix": (mlp(penalties=[penalties.TotalCorrelation(2.0, 400), penalties.DIPII(3.0)]), row),
        "Autoencoder": (mlp(keras_vae.Autoencoder, heads={"code": 3}), row),
        "ConditionalVAE": (mlp(keras_vae.ConditionalVAE, condition_shape=(4,), num_classes=4), row),
        "FactorVAE": (mlp(keras_vae.FactorVAE, critic=networks.critic(hidden=(6,))), row),
    }


def measure(name):
    """Return the losses of one training step and of one evaluation, and projections of each weight's gradient."""
    make, shape = cases()[name]
    # Restored by the caller.
    keras.random.normal = lambda shape, **_: keras.ops.convert_to_tensor(numbers(shape, seed=5) * 5)
    keras.random.uniform = lambda shape, **_: keras.ops.convert_to_tensor(
        np.random.default_rng(6).random(shape, "float32")
    )
    model = make()
    further = {name: keras.optimizers.SGD(1.0) for name in model.FURTHER_OPTIMIZERS}
    model.compile(keras.optimizers.SGD(1.0), **further)
    model.build_from(*of_rows(model, shape, 1))
    for i, weight in enumerate(model.trainable_weights):
        weight.assign(numbers(weight.shape, seed=100 + i))
    x, y = of_rows(model, shape, 32)
    before = [keras.ops.convert_to_numpy(w).astype("float64") for w in model.trainable_weights]
    evaluated = model.evaluate(x, y, batch_size=32, verbose=0, return_dict=True)
    trained = model.train_on_batch(x, y, return_dict=True)
    after = [keras.ops.convert_to_numpy(w).astype("float64") for w in model.trainable_weights]
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


def of_rows(model, shape, rows):
    """Return data of some rows, with labels for a model of x given y."""
    x = np.round(np.random.default_rng(0).random((rows, *shape)) * 16).astype("float32") / 16
    return x, np.arange(rows) % model.num_classes if isinstance(model, keras_vae.ConditionalVAE) else None


if __name__ == "__main__":
    # Stored once, from JAX: KERAS_BACKEND=jax python tests/backends/parity_cases.py > tests/backends/parity.json
    import json

    print(json.dumps({name: measure(name) for name in cases()}, indent=1))
