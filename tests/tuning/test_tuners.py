import json

import keras_tuner
import pytest
from keras_tuner.engine.trial import TrialStatus

from keras_vae import tuning
from keras_vae.tuning.oracles import is_distributed

pytestmark = pytest.mark.plain(why="trials and their files are of no backend; test_hypermodel.py searches on each")


def values(rows):
    return sorted((row["latent_dim"], row["beta"]) for row in rows)


def test_a_grid_is_run_once_and_goes_on_after_a_restart(search, tmp_path):
    rows, tuner = search(space={"beta": [0.5, 1.0]}, max_trials=4)
    assert values(rows) == [(d, b) for d in (1, 3) for b in (0.5, 1.0)]
    # As after a kill within the last trial: it had begun, and not ended.
    state = json.loads((tmp_path / "search/trials/oracle.json").read_text())
    state["end_order"].remove("3")
    state["ongoing_trials"] = {"tuner0": "3"}
    (tmp_path / "search/trials/oracle.json").write_text(json.dumps(state))
    path = tmp_path / "search/trials/trial_3/trial.json"
    trial = json.loads(path.read_text())
    path.write_text(json.dumps({**trial, "status": "RUNNING", "metrics": {"metrics": {}}, "score": None}))
    again, _ = search(space={"beta": [0.5, 1.0]}, max_trials=4)
    assert values(again) == values(rows) and all(row["status"] == "completed" for row in again)
    seconds = {row["trial"]: row["seconds"] for row in rows}
    assert [row["trial"] for row in again if row["seconds"] != seconds[row["trial"]]] == ["3"]


def test_a_kill_between_two_writes_loses_nothing_and_runs_nothing_twice(search, tmp_path):
    rows, _ = search("random", max_trials=2, space={"beta": (0.5, 2.0)})
    path = tmp_path / "search/trials/oracle.json"
    state = json.loads(path.read_text())
    # The trial's end was written down, the oracle's knowledge of it was not; a third trial had been drawn only.
    state["end_order"].remove("1")
    state["ongoing_trials"] = {"tuner0": "1"}
    path.write_text(json.dumps(state))
    drawn = json.loads((tmp_path / "search/trials/trial_1/trial.json").read_text())
    (tmp_path / "search/trials/trial_2").mkdir()
    drawn = {**drawn, "trial_id": "2", "status": "RUNNING", "metrics": {"metrics": {}}, "score": None}
    (tmp_path / "search/trials/trial_2/trial.json").write_text(json.dumps(drawn))
    again, tuner = search("random", max_trials=3, space={"beta": (0.5, 2.0)})
    assert [row for row in again if row["trial"] != "2"] == rows
    assert len(again) == 3 and tuner.oracle.end_order == ["0", "1", "2"]


def test_a_restarted_chief_leaves_trials_to_their_workers(make_hypermodel, tmp_path, monkeypatch):
    hypermodel = make_hypermodel(space={"beta": (0.5, 2.0)})

    def chief():
        monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
        monkeypatch.setenv("KERASTUNER_ORACLE_PORT", "1")
        monkeypatch.setenv("KERASTUNER_TUNER_ID", "chief")
        return tuning.make_tuner("random", hypermodel, 3, tmp_path)

    first = chief()
    assert is_distributed()
    first.save()
    trial = first.oracle.create_trial("worker-0")
    second = chief()
    assert second.oracle.create_trial("worker-1").trial_id == "1"  # not the one that worker-0 may be running
    assert second.oracle.create_trial("worker-0").trial_id == trial.trial_id == "0"
    second.oracle.update_trial("0", {"elbo": -1.0})
    trial.status = TrialStatus.COMPLETED
    for _ in range(2):  # a worker says it again if the chief died while it listened
        second.oracle.end_trial(trial)
    assert second.oracle.end_order == ["0"] and second.oracle.trials["0"].score == -1.0


@pytest.mark.parametrize("tuner", ["bayesian", "hyperband"])
def test_tuners_that_follow_the_best(tuner, search):
    rows, tuner = search(tuner, max_trials=4, space={"latent_dim": (1, 6), "beta": (0.5, 2.0)}, epochs=3)
    assert len(rows) == 4 and all(row["status"] == "completed" for row in rows)
    assert [row["objective"] for row in rows] == sorted((row["objective"] for row in rows), reverse=True)
    expected = {1.0, 3.0} if isinstance(tuner.oracle, keras_tuner.oracles.HyperbandOracle) else {3.0}
    assert {row["epochs"] for row in rows} == expected


def test_bad_arguments_are_named(make_hypermodel, tmp_path):
    make = tuning.make_tuner
    with pytest.raises(ValueError, match="`tuner` must be one of 'random'"):
        make("annealed", make_hypermodel(), 3, tmp_path)
    with pytest.raises(ValueError, match="`max_trials` must be a whole number"):
        make("random", make_hypermodel(), 0, tmp_path)
    with pytest.raises(ValueError, match="must be 'random' or 'grid' with the objective rate_distortion"):
        make("bayesian", make_hypermodel(objective="rate_distortion"), 3, tmp_path)
    with pytest.raises(ValueError, match="`max_trials` must be at least 20, the points of this grid"):
        make("grid", make_hypermodel(space={"beta": (0.1, 1.0)}), 3, tmp_path)
    with pytest.raises(ValueError, match="`seed` must be a whole number of at least 0"):
        make("random", make_hypermodel(), 3, tmp_path, seed=-1)
    assert list(tmp_path.iterdir()) == []
