"""keras-tuner's oracles, made to survive a kill."""

import datetime
import itertools
import json
import os
from typing import Any

import keras_tuner
from keras_tuner.engine.trial import TrialStatus
from keras_tuner.oracles import BayesianOptimizationOracle, HyperbandOracle, RandomSearchOracle

from keras_vae.replacing import replacing

ALONE = "tuner0"  # keras-tuner's name for the only process of a search


def is_distributed() -> bool:
    """Say whether keras-tuner's environment variables make this process a chief or a worker.

    Example:
    >>> keras_vae.tuning.is_distributed()
    False
    """
    return "KERASTUNER_ORACLE_IP" in os.environ


class Durable(keras_tuner.Oracle):
    """An oracle whose state survives a kill at any moment.

    keras-tuner writes its files in place, one after the other, so a kill between two writes would lose the search, a
    trial, or run a finished one again; and a restarted chief would hand a trial that a worker is still running to
    another one.
    """

    def save(self) -> None:
        """Write the oracle's state."""
        _write(self._get_oracle_fname(), self.get_state())

    def _save_trial(self, trial):
        _write(os.path.join(self._get_trial_dir(trial.trial_id), "trial.json"), trial.get_state())

    def end_trial(self, trial: Any) -> None:
        """Take a trial's end, once: a worker whose chief died while it listened tells it again."""
        if trial.trial_id not in self.end_order:
            super().end_trial(trial)

    def set_state(self, state: dict) -> None:
        """Take the state that was saved, and note which trials were running."""
        super().set_state(state)
        self._interrupted = dict(self.ongoing_trials)

    def reload(self) -> None:
        """Go on from what is in the directory."""
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
            self._interrupted.pop(ALONE, None)
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


class _RandomSearch(Durable, RandomSearchOracle):
    pass


class _BayesianOptimization(Durable, BayesianOptimizationOracle):
    pass


class _Hyperband(Durable, HyperbandOracle):
    pass


class _Grid(Durable, keras_tuner.Oracle):
    """Every combination once. keras-tuner's own grid search forgets where it is, and fails after a restart."""

    def populate_space(self, trial_id):
        space = self.get_space().space
        for combination in itertools.product(*(hp.values for hp in space)):
            values = {hp.name: value for hp, value in zip(space, combination, strict=True)}
            if not self._duplicate(values):
                return {"status": TrialStatus.RUNNING, "values": values}
        return {"status": TrialStatus.STOPPED}


ORACLES = {"random": _RandomSearch, "bayesian": _BayesianOptimization, "hyperband": _Hyperband, "grid": _Grid}


def _write(path, state):
    with replacing(path) as new:
        new.write_text(json.dumps(state))
