"""Why a search over beta must not minimise val_loss, shown on data whose latent size and likelihood are known.

python examples/val_loss_misleads.py
python examples/val_loss_misleads.py --latent-dim 3 --beta 0.01 0.1 1 --epochs 40
"""

# %% keras-tuner comes with the extra `tuning`.

import argparse
import contextlib
import io
import tempfile

import numpy as np
from quietly import quietly
from scipy.stats import multivariate_normal

with quietly():
    import keras
    import keras_tuner

    import keras_vae
    from keras_vae import tuning

    keras.utils.set_random_seed(0)  # it loads TensorFlow where that is installed


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latent-dim", type=int, nargs="+", default=[1, 3, 6], help="default 1 3 6")
    parser.add_argument("--beta", type=float, nargs="+", default=[0.01, 1.0, 4.0], help="default 0.01 1 4")
    parser.add_argument("--epochs", type=int, default=20, help="default %(default)s")
    return parser.parse_args(arguments)


# %% The data: x = W z + noise, with 3 latent dimensions, 8 observed ones and a noise of sigma = 0.5. The log-likelihood
# of the true model is known exactly.

SIGMA = 0.5


def linear_gaussian_data():
    random = np.random.default_rng(0)
    weights = 2.0 * np.linalg.qr(random.normal(size=(8, 3)))[0].T
    x = (random.normal(size=(800, 3)) @ weights + SIGMA * random.normal(size=(800, 8))).astype("float32")
    exact = multivariate_normal(cov=weights.T @ weights + SIGMA**2 * np.eye(8)).logpdf(x[600:]).mean()
    return (x[:600], x[600:]), exact


# %% The model: linear, as the data are, so that it can be exact.


def linear(input_shape, latent_dim, num_parameters=1):
    x, z = keras.Input(input_shape), keras.Input((latent_dim,))
    mean = keras.layers.Dense(latent_dim)(x)
    log_var = keras.layers.Dense(latent_dim, kernel_initializer="zeros")(x)
    return keras.Model(x, [mean, log_var]), keras.Model(z, keras.layers.Dense(num_parameters * input_shape[0])(z))


# %% The search as it is often written: keras-tuner minimises val_loss. The models and the data are the same.


class ValLoss(tuning.VAEHyperModel):
    """The search space of `VAEHyperModel`, trained by a plain `fit`."""

    def fit(self, hp, model, callbacks=(), verbose=0):
        """Return the history, of which keras-tuner takes the best epoch."""
        batches = keras_vae.datasets.Batches(self.x_train, self.batch_size)
        return model.fit(
            batches, validation_data=(self.x_validation,), epochs=self.epochs, callbacks=callbacks, verbose=verbose
        )


def search(data, options, folder):
    """Return val_loss by latent size and beta, and the trials of the search for the marginal likelihood."""
    settings = {
        "space": tuning.SearchSpace(options.latent_dim, options.beta, annealing=False, learning_rate=0.05),
        "objective": tuning.MarginalLikelihood(num_samples=50),
        "seeds": 1,
        "epochs": options.epochs,
        "batch_size": 50,
        "network": linear,
        "likelihood": keras_vae.likelihoods.Gaussian(SIGMA),
    }
    num_trials = len(options.latent_dim) * len(options.beta)
    objective = keras_tuner.Objective("val_loss", "min")
    by_loss = keras_tuner.GridSearch(ValLoss(data, **settings), objective, max_trials=num_trials, directory=folder)
    by_loss.search(verbose=0)
    trials = [(trial.hyperparameters.values, trial.score) for trial in by_loss.oracle.trials.values()]
    losses = {(values["latent_dim"], values["beta"]): score for values, score in trials}

    hypermodel = tuning.VAEHyperModel(data, **settings)
    tuner = tuning.make_tuner("grid", hypermodel, num_trials, folder)
    tuner.search(verbose=0)
    return losses, tuning.trials(tuner, hypermodel)


# %% The loss is reconstruction + beta * KL: with a small beta the KL costs next to nothing, so the encoder buys
# reconstruction with as much KL as it likes, and the loss falls, whatever the model is worth. The ELBO and L_k count
# the KL in full, whatever beta the training had.


def main(arguments: list[str] | None = None) -> None:
    options = parse_arguments(arguments)
    data, exact = linear_gaussian_data()
    print(f"Data with 3 latent dimensions; their exact log-likelihood is {exact:.2f} nats an example.")
    print(f"Training {len(options.latent_dim) * len(options.beta)} models twice ...\n", flush=True)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        losses, rows = search(data, options, folder)

    print("latent   beta   val_loss      KL    ELBO    L_50")
    for row in sorted(rows, key=lambda row: (row["latent_dim"], row["beta"])):
        loss = losses[row["latent_dim"], row["beta"]]
        figures = f"{row['kl_loss']:7.2f} {row['elbo']:7.2f} {row['objective']:7.2f}"
        print(f"{row['latent_dim']:6} {row['beta']:6.2f} {loss:10.2f} {figures}")
    lowest, best = min(losses, key=losses.get), rows[0]
    print(f"\nBy val_loss:            latent_dim {lowest[0]}, beta {lowest[1]:g}")
    print(f"By marginal likelihood: latent_dim {best['latent_dim']}, beta {best['beta']:g}")


if __name__ == "__main__":
    main()
