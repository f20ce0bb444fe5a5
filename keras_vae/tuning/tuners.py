"""keras-tuner's tuners, made to be interrupted and shared."""

import functools
import math
import os
import pathlib
import time
from typing import Any

import keras_tuner

from keras_vae.arguments import a_path, able, one_of, whole_number
from keras_vae.tuning.oracles import ORACLES, Durable
from keras_vae.tuning.trials import FAILURE, reason


class _PatientClient:
    """The chief as a worker sees it: what is said while the chief dies is said again when it is back."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        said = getattr(self._client, name)
        return functools.partial(_until_heard, said) if callable(said) else said


def _until_heard(call, *args, **kwargs):
    import grpc  # late: only workers talk

    while True:
        try:
            return call(*args, **kwargs)  # it waits an hour for a chief that is away
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
            time.sleep(1.0)


class _Tuner(keras_tuner.Tuner):
    """A tuner whose failed trials leave their reason in their folder: gRPC does not carry it to the chief."""

    oracle: Any
    _asked = -math.inf

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(self.oracle, Durable):
            self.oracle = _PatientClient(self.oracle)

    def pre_create_trial(self):
        # An oracle that has nothing to do yet would be asked a thousand times a second.
        if time.monotonic() - self._asked < 0.1:
            time.sleep(0.5)
        self._asked = time.monotonic()

    def run_trial(self, trial, *args, **kwargs):
        if "tuner/epochs" in trial.hyperparameters.values:  # Hyperband's rounds; see VAEHyperModel
            kwargs["epochs"] = trial.hyperparameters.values["tuner/epochs"]
        return super().run_trial(trial, *args, **kwargs)

    def on_trial_end(self, trial):
        if trial.message:
            folder = self.get_trial_dir(trial.trial_id)
            (pathlib.Path(folder) / FAILURE).write_text(trial.message)
            print(f"Trial {trial.trial_id} failed: {reason(trial.message, folder)}", flush=True)
        super().on_trial_end(trial)


def make_tuner(
    name: str, hypermodel: Any, max_trials: int, directory: str | os.PathLike, seed: int = 0
) -> keras_tuner.Tuner:
    """Make a tuner for a `VAEHyperModel` that goes on where an earlier one in the same directory stopped.

    No number of failed trials stops it. Its files are replaced at once, so that it can be killed at any moment; after a
    restart the interrupted trial is run again, and the finished ones are not.

    Args:
        name: "random", "bayesian", "hyperband" (the hypermodel's `epochs` are those of its last round) or "grid".
        hypermodel: `VAEHyperModel`.
        max_trials: Int of at least 1; Hyperband may end with fewer. For "grid" at least the grid's size.
        directory: Path of the folder for the search's state, in a folder `trials` of it.
        seed: Int of at least 0, of the tuner's own draws. Default 0.

    Returns:
        `keras_tuner.Tuner`.

    Raises:
        ValueError: If there is no such tuner, an argument is out of range, the grid is larger than `max_trials`, or the
            objective has no single winner and the tuner needs one.

    Example:
    >>> hypermodel = keras_vae.tuning.VAEHyperModel(data, seeds=1, epochs=1)
    >>> tuner = keras_vae.tuning.make_tuner("random", hypermodel, max_trials=1, directory="runs/search")
    >>> tuner.search(verbose=0)
    """
    check_tuner(name, hypermodel, max_trials, seed)
    directory = a_path("directory", directory)
    max_trials, seed = whole_number("max_trials", max_trials), whole_number("seed", seed, low=0)
    arguments = {"max_epochs": hypermodel.epochs} if name == "hyperband" else {"max_trials": max_trials}
    oracle = ORACLES[name](
        objective=hypermodel.tuner_objective,
        seed=seed + 1,  # keras-tuner takes 0 for none
        max_consecutive_failed_trials=None,
        **arguments,
    )
    oracle.max_trials = max_trials
    return _Tuner(oracle=oracle, hypermodel=hypermodel, directory=str(directory), project_name="trials")


def check_tuner(name: str, hypermodel: Any, max_trials: int, seed: int = 0) -> None:
    """Check the arguments of `make_tuner` without touching a directory.

    Args:
        name: As for `make_tuner`.
        hypermodel: As for `make_tuner`.
        max_trials: As for `make_tuner`.
        seed: As for `make_tuner`.

    Raises:
        ValueError: As for `make_tuner`.

    Example:
    >>> keras_vae.tuning.check_tuner("random", hypermodel, max_trials=20)
    """
    one_of("tuner", name, ORACLES)
    max_trials = whole_number("max_trials", max_trials)
    seed = whole_number("seed", seed, low=0)
    able("hypermodel", hypermodel, ("objective", "space", "tuner_objective"), "a keras_vae.tuning.VAEHyperModel")
    if not hypermodel.objective.has_a_winner and name in ("bayesian", "hyperband"):
        raise ValueError(
            "`tuner` must be 'random' or 'grid' with the objective rate_distortion, which has no single winner to "
            f"follow. Received: tuner={name!r}"
        )
    points = hypermodel.space.num_points()
    if name == "grid" and points > max_trials:
        raise ValueError(
            f"`max_trials` must be at least {points}, the points of this grid, or the space smaller: lists of "
            f"values instead of ranges. Received: max_trials={max_trials}"
        )
