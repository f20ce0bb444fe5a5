"""The VAE that keras-tuner searches."""

import copy
import hashlib
import inspect
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import keras_tuner
import numpy as np

from keras_vae import evaluation, likelihoods, networks
from keras_vae.arguments import at_least, whole_number
from keras_vae.callbacks import BetaAnnealing, Progress
from keras_vae.datasets import Batches
from keras_vae.evaluation.protocol.codes import condition
from keras_vae.models import VAE
from keras_vae.schedules import Linear
from keras_vae.training import data_parallel
from keras_vae.tuning import model_function, objectives
from keras_vae.tuning.retracing import retracing_is_expected
from keras_vae.tuning.search_space import SearchSpace
from keras_vae.tuning.tuner_callbacks import callbacks_of_training, checkpoints
from keras_vae.tuning.validation_split import validation_split

WIDTHS: dict[Callable, Callable[[int], dict[str, Any]]] = {
    networks.mlp: lambda width: {"hidden": (width,)},
    networks.convolutional: lambda width: {"filters": (width, 2 * width)},
}
MAX_SKIPPED = 0.1


class VAEHyperModel(keras_tuner.HyperModel):
    """A VAE for every keras-tuner tuner: a trial trains it from several seeds and is scored at the end of training.

    It holds the data and trains by itself, so `tuner.search()` takes none. A trial returns to the tuner the mean of
    its objective over the seeds, their spread (the sample standard deviation), and of each model, averaged, the ELBO
    with beta = 1, KL and reconstruction loss in nats per example, the active units, all on the validation split. The
    weights that the tuner keeps are those of the trial's best seed. A trial that diverges (a figure that is not finite,
    or more than a tenth of the updates skipped) or raises is marked as failed with its reason. Hyperband trains each
    round anew, for as many epochs as it says: the beginning of a longer annealing is no shorter training.

    Args:
        data: `keras_vae.datasets.Dataset`, whose training split is divided (its test split is not looked at); array
            of shape `(n, ...)`, which is divided; or a pair of arrays `(x_train, x_validation)`.
        space: `SearchSpace` or None, its defaults. Default None.
        objective: Name or `keras_vae.tuning.Objective`: "elbo", "marginal_likelihood", "rate_distortion", "udr",
            or, where the data set has factors, a disentanglement score. Default "elbo".
        seeds: Int of at least 1, trainings a trial. Default 3.
        epochs: Int of at least 1, of each training. Default 30.
        batch_size: Int of at least 1, over all devices together. Default 128.
        network: "mlp", "conv", "s0", "lenet", "faces64", or a function `(input_shape, latent_dim, num_parameters=1)`
            that returns `(encoder, decoder)`. If the space has a width, the function takes `width` too; "s0", "lenet"
            and "faces64" have none. Default "mlp".
        likelihood: Name or `keras_vae.likelihoods.Likelihood`. Default "bernoulli".
        model: `VAE`, another class of VAEs such as `FactorVAE`, or a function
            `(encoder, decoder, likelihood=, beta=)` that returns one of that beta, with a prior or a posterior of its
            own, for example. Each training needs new ones: the layers that a `functools.partial` holds are copied for
            it, any other function must make them in each call. A model of x given y takes the data set's labels; its
            network must take the condition. Default `VAE`.
        validation_fraction: Float between 0 and 1, the share of the data that is kept aside, at random. Default 0.1.
        warm_up: Float above 0, at most 1: the share of the epochs in which an annealed beta rises. Default 0.3.
        num_samples: Int of at least 1, draws of z for each example in the measured ELBO. Default 10.
        devices: Names of devices that share each batch, or None for all GPUs; see `keras_vae.data_parallel`. Default
            None.
        seed: Int of at least 0; seed i of a trial is `seed + i`. Each training sets Keras' global seed. Default 0.

    Raises:
        ValueError: If an argument is out of its range, the objective needs what is not there (factors, or seeds), the
            space has a width and the network has none, or the model is no VAE.

    Example:
    >>> data = keras_vae.datasets.load("digits")
    >>> hypermodel = keras_vae.tuning.VAEHyperModel(data, seeds=2, epochs=1)
    >>> tuner = keras_tuner.RandomSearch(hypermodel, hypermodel.tuner_objective, max_trials=1, directory="runs/own")
    >>> tuner.search(verbose=0)
    >>> keras_vae.tuning.trials(tuner, hypermodel)[0]["elbo"] < 0
    True
    """

    def __init__(
        self,
        data: Any,
        space: SearchSpace | None = None,
        objective: str | objectives.Objective = "elbo",
        seeds: int = 3,
        epochs: int = 30,
        batch_size: int = 128,
        network: str | Callable[..., tuple[keras.Model, keras.Model]] = "mlp",
        likelihood: Any = "bernoulli",
        model: Callable[..., VAE] = VAE,
        validation_fraction: float = 0.1,
        warm_up: float = 0.3,
        num_samples: int = 10,
        devices: Sequence[str] | None = None,
        seed: int = 0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.space = SearchSpace() if space is None else space
        if not isinstance(self.space, SearchSpace):
            raise ValueError(f"`space` must be a keras_vae.tuning.SearchSpace or None. Received: space={space!r}")
        self.objective = objectives.get(objective)
        self.seeds = whole_number("seeds", seeds, low=self.objective.min_seeds)
        self.epochs = whole_number("epochs", epochs)
        self.batch_size = whole_number("batch_size", batch_size)
        self.network = network if callable(network) else networks.get(network)
        self.width_of = WIDTHS.get(self.network, lambda width: {"width": width})
        self._check_width()
        self.likelihood = likelihoods.get(likelihood)
        self.model = model_function.of_vaes(model)
        self.warm_up = float(at_least("warm_up", warm_up, 0.0, strict=True))
        if self.warm_up > 1.0:
            raise ValueError(f"`warm_up` must be at most 1. Received: warm_up={warm_up!r}")
        self.num_samples = whole_number("num_samples", num_samples)
        self.devices = devices
        self.seed = whole_number("seed", seed, low=0)
        of_x, of_y, (_, self.factors) = validation_split(data, validation_fraction)
        self.x_train, self.x_validation = of_x
        self.y_train, self.y_validation = of_y
        if self.objective.needs_factors and self.factors is None:
            raise ValueError(
                f"`objective` {self.objective.name!r} needs a data set with known factors, such as 'sprites'; "
                "'udr' needs none. Received: data without factors"
            )

    def _check_width(self):
        if self.space.width is None:
            return
        try:
            inspect.signature(self.network).bind_partial(**self.width_of(1))
        except (TypeError, ValueError) as error:  # ValueError: of a class without a signature
            raise ValueError(
                "`space` must have width=None, or `network` must take a width. Received: "
                f"width={self.space.width!r}, network={model_function.lasting_name(self.network)}"
            ) from error

    @property
    def tuner_objective(self) -> keras_tuner.Objective:
        """What a tuner's argument `objective` must be: the objective's name, to be maximised."""
        return keras_tuner.Objective(self.objective.name, "max")

    def get_config(self) -> dict:
        """Return what two searches must share to be one, in a form that JSON can hold; of the data, a checksum."""
        digest = hashlib.sha256()
        likelihood = {k: v for k, v in self.likelihood.get_config().items() if k not in ("name", "dtype")}
        # A VAE's search looks neither at labels nor, since there was no other model, at the model.
        labels = () if self.model is VAE or self.y_train is None else (self.y_train, self.y_validation)
        for array in (self.x_train, self.x_validation, *labels):
            digest.update(np.ascontiguousarray(array).data)
        model = {} if self.model is VAE else {"model": model_function.lasting_name(self.model)}
        return {
            **model,
            "space": self.space.get_config(),
            "objective": self.objective.get_config(),
            **{
                name: getattr(self, name)
                for name in ("seeds", "epochs", "batch_size", "warm_up", "num_samples", "seed")
            },
            "network": model_function.lasting_name(self.network),
            "likelihood": {"name": type(self.likelihood).__name__, **likelihood},
            "rows": [len(self.x_train), len(self.x_validation)],
            "data": digest.hexdigest(),
        }

    def build(self, hp: keras_tuner.HyperParameters) -> VAE:
        """Return the compiled VAE of a trial.

        Args:
            hp: `keras_tuner.HyperParameters`.
        """
        values = self.space.values(hp)
        likelihood = type(self.likelihood).from_config(self.likelihood.get_config())
        width: dict[str, Any] = {} if values["width"] is None else self.width_of(values["width"])
        encoder, decoder = self.network(
            self.x_train.shape[1:], values["latent_dim"], num_parameters=likelihood.num_parameters, **width
        )
        make = model_function.with_new_parts(self.model)
        vae = make(encoder, decoder, likelihood=likelihood, beta=values["beta"])
        if not isinstance(vae, VAE):
            raise ValueError(f"`model` must return a keras_vae.VAE. Received: a {type(vae).__name__}")
        self._check_made(vae, values["beta"])
        vae.compile(optimizer=keras.optimizers.Adam(values["learning_rate"]))
        return vae

    def _check_made(self, vae, beta):
        """Raise a ValueError if the model is not of the beta that is searched, or needs labels that are not there."""
        if vae.schedule is not None or not np.isclose(float(vae.beta), beta, rtol=1e-5, atol=0.0):
            has = f"the schedule {type(vae.schedule).__name__}" if vae.schedule else f"beta={float(vae.beta):g}"
            raise ValueError(
                "`model` must return a model of the beta that it is called with, which the search chooses. Received: "
                f"a {type(vae).__name__} with {has}, where beta={beta:g} was given"
            )
        if self.y_train is None and vae.takes_condition:
            raise ValueError(
                "`data` must be a keras_vae.datasets.Dataset with labels, y_train, for a "
                f"{type(vae).__name__}, a model of x given y. Received: data without labels"
            )

    def fit(
        self,
        hp: keras_tuner.HyperParameters,
        model: Any,
        *args: Any,
        epochs: int | None = None,
        initial_epoch: int = 0,
        callbacks: Sequence[Any] = (),
        verbose: int = 1,
        **kwargs: Any,
    ) -> dict:
        """Train the trial's models from their seeds, and return what the tuner keeps of them.

        Args:
            hp: `keras_tuner.HyperParameters`.
            model: What the tuner built; it shows that the hyper-parameters can be built. Those that are trained are
                built after the seed is set.
            *args: None are taken: the hypermodel has the data.
            epochs: Int or None, the constructor's. Hyperband gives it. Default None.
            initial_epoch: Ignored; see above.
            callbacks: Keras callbacks, copied for each training. Default ().
            verbose: 0 is silent; 1 says how far each training is. Default 1.
            **kwargs: None are taken.

        Returns:
            Dict of floats: the objective under its name, `spread`, `elbo`, `elbo_spread`, `kl_loss`,
            `reconstruction_loss`, `active_units`, `seconds`, `epochs`, and `seed_0`, ..., each seed's objective.
        """
        if args or kwargs:
            raise keras_tuner.errors.FatalValueError(
                "`search` takes `epochs`, `callbacks` and `verbose` here: the hypermodel has the data. Received: "
                f"{len(args)} positional arguments and {sorted(kwargs)}"
            )
        epochs = self.epochs if epochs is None else whole_number("epochs", epochs)
        start = time.perf_counter()
        with retracing_is_expected(), data_parallel(self.devices):
            models = [self._train(hp, epochs, i, callbacks_of_training(callbacks), verbose) for i in range(self.seeds)]
            measured = [self._measure(vae) for vae in models]
            elbos = [figures["elbo"] for figures in measured]
            given = condition(models[0].condition(self.y_validation))
            scores = self.objective.scores(models, elbos, self.x_validation, self.factors, self.seed, **given)
        if not np.isfinite(scores).all():
            raise keras_tuner.errors.FailedTrialError(f"diverged: {self.objective.name} of the seeds is {scores}")
        for path in checkpoints(callbacks):
            models[int(np.argmax(scores))].save_weights(path)
        return {
            **{name: float(np.mean([figures[name] for figures in measured])) for name in measured[0]},
            **_mean_and_spread("elbo", "elbo_spread", elbos),
            **_mean_and_spread(self.objective.name, "spread", scores),
            **{f"seed_{i}": float(score) for i, score in enumerate(scores)},
            "epochs": float(epochs),
            "seconds": time.perf_counter() - start,
        }

    def _train(self, hp, epochs, i, callbacks, verbose):
        keras.utils.set_random_seed(self.seed + i)
        vae = self.build(hp)
        callbacks = copy.deepcopy(callbacks)
        if hp.get("annealing") and hp.get("beta") > 0:
            callbacks.append(BetaAnnealing(Linear(duration=self.warm_up * epochs, end=hp.get("beta"))))
        if verbose:
            callbacks.append(Progress(every=epochs, names=("val_elbo",), title=f"seed {i + 1} of {self.seeds}"))
        y_train, y_validation = map(vae.condition, (self.y_train, self.y_validation))
        batches = Batches((self.x_train, y_train), self.batch_size, seed=self.seed + i, remainder="pad")
        validation = Batches((self.x_validation, y_validation), self.batch_size, shuffle=False, remainder="pad")
        history = vae.fit(batches, epochs=epochs, validation_data=validation, callbacks=callbacks, verbose=0).history
        skipped = sum(history["skipped_updates"]) / (len(history["loss"]) * len(batches) * len(vae.PHASES))
        if skipped > MAX_SKIPPED:
            raise keras_tuner.errors.FailedTrialError(
                f"diverged: {skipped:.0%} of the updates of seed {self.seed + i} were not finite and skipped"
            )
        return vae

    def _measure(self, vae: Any) -> dict:
        """Return the figures of one trained model on the validation split."""
        y = vae.condition(self.y_validation)
        elbo = evaluation.elbo(vae, self.x_validation, self.num_samples, y=y, seed=self.seed)
        if not np.isfinite(elbo["elbo"]):
            raise keras_tuner.errors.FailedTrialError(f"diverged: the ELBO is {elbo['elbo']}")
        units = evaluation.active_units(vae.codes(self.x_validation, y))
        names = ("elbo", "kl_loss", "reconstruction_loss")
        return {**{name: elbo[name] for name in names}, "active_units": units["active_units"]}


def _mean_and_spread(name: str, spread_name: str, values: Sequence[float]) -> dict:
    spread = {spread_name: float(np.std(values, ddof=1))} if len(values) > 1 else {}
    return {name: float(np.mean(values)), **spread}
