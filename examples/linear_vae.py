"""A linear VAE reaches probabilistic PCA's likelihood, from the right side: a test of every term of the loss.

    python examples/linear_vae.py
    python examples/linear_vae.py --latent-dim 4 --epochs 300

With a linear encoder, a linear decoder and one learned sigma the VAE's model is that of probabilistic PCA,
p(x) = N(b, W W^T + sigma^2 I), whose best likelihood is known exactly. The ELBO is a lower bound on the likelihood,
which cannot be above the best one: a wrong sign, a missing constant or a wrong beta shows at once.

Reference: Lucas et al. 2019, "Don't blame the ELBO! A linear VAE perspective on posterior collapse".
"""

import argparse

import numpy as np
from quietly import quietly

with quietly():
    import keras

    import keras_vae
    from keras_vae import datasets, evaluation


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latent-dim", type=int, default=4, help="default %(default)s")
    parser.add_argument("--epochs", type=int, default=300, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default %(default)s")
    return parser.parse_args(arguments)


# %% One dense layer each. The best posterior of a linear model has the same variance for all examples, so log_var is a
# weight and does not look at x: a dense layer whose kernel stays at 0.


def build(num_values, latent_dim):
    x = keras.Input((num_values,))
    mean = keras.layers.Dense(latent_dim, name="mean")(x)
    log_var = keras.layers.Dense(latent_dim, kernel_initializer="zeros", name="log_var")(x)
    z = keras.Input((latent_dim,))
    decoder = keras.Model(z, keras.layers.Dense(num_values)(z))
    likelihood = keras_vae.likelihoods.Gaussian(sigma="learned")
    vae = keras_vae.VAE(keras.Model(x, [mean, log_var]), decoder, likelihood=likelihood)
    vae.compile(keras.optimizers.Adam(1e-2))
    return vae


# %% The linear model's own likelihood is exact, too: log N(x; b, W W^T + sigma^2 I), from the decoder's weights.


def exact_log_likelihood(vae, x):
    from scipy.stats import multivariate_normal

    to_numpy = keras.ops.convert_to_numpy
    kernel, bias = (to_numpy(weight).astype("float64") for weight in vae.decoder.weights)
    sigma = np.exp(to_numpy(vae.likelihood.location_and_log_scale(0.0)[1]).astype("float64"))
    covariance = kernel.T @ kernel + sigma**2 * np.eye(len(bias))
    return multivariate_normal(bias, covariance).logpdf(x).mean()


def main(arguments: list[str] | None = None) -> None:
    options = parse_arguments(arguments)
    with quietly():
        keras.utils.set_random_seed(options.seed)
    data = datasets.load("digits")
    x = data.x_train.reshape(len(data.x_train), -1)
    best = evaluation.probabilistic_pca(x, data.x_test, options.latent_dim)["train_log_likelihood"]
    vae = build(x.shape[1], options.latent_dim)
    print(f"Probabilistic PCA with {options.latent_dim} components: {best:.3f} nats per training example, exactly.\n")
    print(f"{'epochs':>7} {'ELBO':>10} {'L_100':>10} {'log p(x)':>10}   below probabilistic PCA by")
    parts = 6
    for part in range(1, parts + 1):
        if part == parts - 1:
            vae.optimizer.learning_rate = 1e-3  # the last third in small steps
        vae.fit(x, epochs=max(1, options.epochs // parts), batch_size=128, verbose=0)
        elbo = evaluation.elbo(vae, x, num_samples=20, seed=1)
        bound = evaluation.marginal_likelihood(vae, x, num_samples=100, seed=1, verbose=0)["marginal_likelihood"]
        exact = exact_log_likelihood(vae, x)
        epochs = part * max(1, options.epochs // parts)
        print(f"{epochs:>7} {elbo['elbo']:>10.3f} {bound:>10.3f} {exact:>10.3f}   {best - exact:.3f}", flush=True)
    error = elbo["elbo_standard_error"]
    print(f"\nELBO <= L_100 <= log p(x) <= {best:.3f}. (The ELBO's error from its draws is far below {error:.2f}.)")


if __name__ == "__main__":
    main()
