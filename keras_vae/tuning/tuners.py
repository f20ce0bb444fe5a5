"""keras-tuner's tuners, whose state survives a kill at any moment."""

import datetime
import functools
import itertools
import json
import math
import os
import pathlib
import time

import keras_tuner
from keras_tuner.engine.trial import TrialStatus
from keras_tuner.oracles import BayesianOptimizationOracle, HyperbandOracle, RandomSearchOracle

from keras_vae.arguments import one_of, whole_number
from keras_vae.tuning.trials import FAILURE, reason


class _Durable:
    """An oracle whose state survives a kill at any moment.

    keras-tuner writes its files in place, one after the other, so a kill between two writes would lose the search, a
    trial, or run a finished one again; and a restarted chief would hand a trial that a worker is still running to
    another one.
    """

    def save(self):
        _replace(self._get_oracle_fname(), self.get_state())

    def _save_trial(self, trial):
        _replace(os.path.join(self._get_trial_dir(trial.trial_id), "trial.json"), trial.get_state())

    def end_trial(self, trial):
        # A worker whose chief died while it listened tells it again.
        if trial.trial_id not in self.end_order:
            super().end_trial(trial)

    def set_state(self, state):
        super().set_state(state)
        self._interrupted = dict(self.ongoing_trials)

    def reload(self):
        super().reload()  # it queues the interrupted trials, to be run by whoever asks first
        for trial_id in set(self.trials) - set(self.start_order):
            del self.trials[trial_id]  # written down before the oracle knew of it: it had not begun
        for tuner_id, trial in list(self._interrupted.items()):
            if trial.status in (TrialStatus.COMPLETED, TrialStatus.FAILED):  # it had ended
                if trial.trial_id not in self.end_order:
                    self.end_order.append(trial.trial_id)
                self._retry_queue.remove(trial.trial_id)
                del self._interrupted[tuner_id]
        if is_distributed():
            # The worker may be running it still; if it is dead, it comes back under its name.
            for tuner_id, trial in self._interrupted.items():
                self._retry_queue.remove(trial.trial_id)
                self.ongoing_trials[tuner_id] = trial
                self.tuner_ids.add(tuner_id)
                self._show_as_begun(trial)

    def _show_as_begun(self, trial):
        # What the display knows of a trial is saved one trial later, and missing it would stop the chief.
        display, now = self._display, datetime.datetime.now()
        display.search_start = display.search_start or now
        display.trial_start.setdefault(trial.trial_id, now)
        display.trial_number.setdefault(trial.trial_id, self.start_order.index(trial.trial_id) + 1)


class _RandomSearch(_Durable, RandomSearchOracle):
    pass


class _BayesianOptimization(_Durable, BayesianOptimizationOracle):
    pass


class _Hyperband(_Durable, HyperbandOracle):
    pass


class _Grid(_Durable, keras_tuner.Oracle):
    """Every combination once. keras-tuner's own grid search forgets where it is, and fails after a restart."""

    def populate_space(self, trial_id):
        space = self.get_space().space
        for combination in itertools.product(*(hp.values for hp in space)):
            values = {hp.name: value for hp, value in zip(space, combination, strict=True)}
            if not self._duplicate(values):
                return {"status": TrialStatus.RUNNING, "values": values}
        return {"status": TrialStatus.STOPPED}

    def size(self) -> int:
        return math.prod(len(hp.values) for hp in self.get_space().space)


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

    _asked = -math.inf

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(self.oracle, _Durable):
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


ORACLES = {"random": _RandomSearch, "bayesian": _BayesianOptimization, "hyperband": _Hyperband, "grid": _Grid}


def is_distributed() -> bool:
    """Say whether keras-tuner's environment variables make this process a chief or a worker.

    Example:
    >>> keras_vae.tuning.is_distributed()
    False
    """
    return "KERASTUNER_ORACLE_IP" in os.environ


def make_tuner(name: str, hypermodel, max_trials: int, directory, seed: int = 0) -> keras_tuner.Tuner:
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
    oracle_class = ORACLES[one_of("tuner", name, ORACLES)]
    whole_number("max_trials", max_trials)
    if not hypermodel.objective.has_a_winner and name in ("bayesian", "hyperband"):
        raise ValueError(
            "`tuner` must be 'random' or 'grid' with the objective rate_distortion, which has no single winner to "
            f"follow. Received: tuner={name!r}"
        )
    arguments = {"max_epochs": hypermodel.epochs} if name == "hyperband" else {"max_trials": max_trials}
    oracle = oracle_class(
        objective=hypermodel.tuner_objective,
        seed=whole_number("seed", seed, low=0) + 1,  # keras-tuner takes 0 for none
        max_consecutive_failed_trials=None,
        **arguments,
    )
    oracle.max_trials = max_trials
    tuner = _Tuner(oracle=oracle, hypermodel=hypermodel, directory=str(directory), project_name="trials")
    if name == "grid" and oracle.size() > max_trials:
        raise ValueError(
            f"`max_trials` must be at least {oracle.size()}, the points of this grid, or the space smaller: lists of "
            f"values instead of ranges. Received: max_trials={max_trials}"
        )
    return tuner


def _replace(path, state):
    new = f"{path}.new"
    with open(new, "w") as file:
        json.dump(state, file)
    os.replace(new, path)
