import math

import numpy as np
import pytest

from keras_vae import tuning
from keras_vae.tuning import objectives
from keras_vae.tuning.choice import equals_within_seeds, errors_of_luck
from keras_vae.tuning.trials import reason

pytestmark = pytest.mark.plain


def row(trial, latent_dim=4, beta=1.0, seeds=(-10.0,), kl=2.0, status="completed", reason=""):
    failed = status == "failed"
    mean = math.nan if failed else float(np.mean(seeds))
    return {
        "trial": trial,
        "status": status,
        "latent_dim": latent_dim,
        "beta": beta,
        "annealing": True,
        "width": None,
        "learning_rate": 1e-3,
        "objective": mean,
        "spread": float(np.std(seeds, ddof=1)) if len(seeds) > 1 and not failed else math.nan,
        "elbo": mean,
        "elbo_spread": math.nan,
        "kl_loss": kl,
        "reconstruction_loss": -mean - kl,
        "active_units": 3.0,
        "epochs": 5.0,
        "seconds": 1.5,
        "seeds": [] if failed else list(seeds),
        "reason": reason,
    }


def test_the_front_holds_the_points_that_no_other_beats():
    random = np.random.default_rng(0)
    rate, distortion = random.random(40), random.random(40)
    beaten = [
        any((rate[j] <= rate[i]) & (distortion[j] <= distortion[i]) for j in range(40) if j != i) for i in range(40)
    ]
    assert sorted(tuning.pareto_front(rate, distortion).tolist()) == [i for i in range(40) if not beaten[i]]
    assert tuning.pareto_front([1.0, 1.0, 2.0], [5.0, 4.0, 4.0]).tolist() == [1]  # of equals the better one


def test_the_knee_of_a_hyperbola_lies_where_its_slope_is_that_of_the_chord():
    rate = np.linspace(1.0, 10.0, 901)
    # y = 1/x from (1, 1) to (10, 1/10): the chord's slope is -1/10, and -1/x^2 = -1/10 at the square root of 10.
    assert rate[tuning.knee(rate, 1.0 / rate)] == pytest.approx(math.sqrt(10.0), abs=0.01)
    assert tuning.knee([3.0, 1.0], [1.0, 2.0]) == 1  # two points: the better ELBO


def test_equal_within_seeds_pools_the_spread_of_the_better_half():
    # Of two seeds the variance of a mean is half the spread's square, of a difference the square itself.
    rows = [row("a", seeds=(-10.0, -10.0)), row("b", seeds=(-10.2, -10.4)), row("c", seeds=(-12.0, -12.4))]
    rows += [row("d", seeds=(-20.0, -29.0)), row("e", status="failed")]
    num_errors = 4.302652729911275  # the 97.5 % quantile of Student's t, 2 degrees of freedom: two trials, two seeds
    assert 0.3 < num_errors * math.sqrt((0.0 + 0.02) / 2)  # of a and b
    assert errors_of_luck(rows, 0) == pytest.approx(num_errors) and equals_within_seeds(rows, 0) == [1]
    rows[1] = row("b", seeds=(-10.3, -10.4))
    assert num_errors * math.sqrt((0.0 + 0.005) / 2) < 0.35
    assert equals_within_seeds(rows, 0) == []
    rows[1] = row("b", seeds=(-10.0, -10.4))
    assert equals_within_seeds(rows, 0) == [1]


@pytest.mark.parametrize(("trials", "seeds"), [(2, 2), (2, 5), (8, 2), (8, 3)])
def test_of_equal_trials_hardly_ever_one_is_called_better(trials, seeds):
    """By two standard errors of one trial's seeds it was 30 % of the searches with 2 trials of 2 seeds."""
    random, searches, said = np.random.default_rng(0), 1000, 0
    for scores in random.normal(size=(searches, trials, seeds)):
        rows = [row(str(i), seeds=of_trial) for i, of_trial in enumerate(scores)]
        said += not equals_within_seeds(rows, tuning.best(rows, objectives.get("elbo")))
    assert said / searches < 0.05 + 3 * math.sqrt(0.05 * 0.95 / searches)


def test_of_seeds_that_are_compared_with_each_other_no_error_is_claimed():
    rows = [row("a", seeds=(0.8, 0.8)), row("b", seeds=(0.3, 0.3))]
    text = tuning.advice(rows, objectives.get("udr"))
    assert text == (
        "Take latent_dim 4 and beta 1 with annealing (trial a): its UDR of 0.800 is the best of 2 trials; a trial's "
        "seeds are compared with each other, so that their spread does not tell how much of that is luck."
    )
    assert "standard errors" in tuning.advice(rows, objectives.get("sap"))


def test_the_advice_says_what_and_why():
    elbo = objectives.get("elbo")
    rows = [row("a", 16, seeds=(-10.0, -10.4)), row("b", 8, seeds=(-10.3, -10.5)), row("c", 4, seeds=(-15.0, -15.1))]
    assert tuning.advice(rows, elbo) == (
        "Take latent_dim 16 and beta 1 with annealing (trial a): its ELBO of -10.20 nats is the best of 3 trials; 1 "
        "more lies within 4.3 standard errors (of the seeds, pooled over the better half of the trials; 95% of "
        "Student's t): the smallest latent size among them is 8 (trial b)."
    )
    assert "nobody knows how much of that is luck" in tuning.advice([row("a"), row("b")], elbo)
    only = tuning.advice([row("a"), row("b", status="failed")], elbo)
    assert only.endswith("(trial a), the only trial that was completed: its ELBO is -10.00 nats.")
    assert "by more than 4.3 standard errors" in tuning.advice([rows[0], rows[2]], elbo)


def test_the_advice_of_rate_and_distortion_is_the_knee():
    objective = objectives.get("rate_distortion")
    points = [(0.0, 30.0), (2.0, 20.0), (10.0, 19.0), (5.0, 25.0)]
    rows = [row(str(i), beta=4.0 - i, seeds=(-kl - d,), kl=kl) for i, (kl, d) in enumerate(points)]
    assert tuning.best(rows, objective) == 1
    assert tuning.advice(rows, objective).endswith(
        "it is the knee of the front of 3 of 4 trials: up to it a nat of KL buys 5.00 nats of reconstruction, beyond "
        "it 0.12."
    )
    with pytest.raises(ValueError, match="`rows` must hold at least one completed trial"):
        tuning.best([row("a", status="failed")], objective)


def test_the_table_and_the_csv_hold_every_trial(tmp_path):
    rows = [row("a", 16, seeds=(-10.0, -10.4)), row("b", status="failed", reason="MemoryError: no room, none")]
    text = tuning.table(rows, objectives.get("elbo")).splitlines()
    assert text[0].split() == "trial latent beta annealed spread ELBO KL reconstr. active epochs seconds".split()
    assert text[1].split() == "a 16 1 yes 0.28 -10.20 2.00 8.20 3 5 1.5".split()
    assert text[2].split() == "b 4 1 yes failed: MemoryError: no room, none".split()
    tuning.write_csv(rows, tmp_path / "trials.csv")
    header, first, second = (tmp_path / "trials.csv").read_text().splitlines()
    assert header.endswith("seconds,seed_0,seed_1,reason") and header.startswith("trial,status,latent_dim,beta,")
    assert first.endswith("-10.0,-10.4,") and second.endswith(',,,"MemoryError: no room, none"')


def test_a_workers_reason_is_read_from_the_trials_folder(tmp_path):
    assert reason(None, tmp_path) == "its objective was not a number"
    traceback = "Traceback:\n  File x\nMemoryError: no room\n"
    (tmp_path / "failure.txt").write_text(traceback)
    assert reason(None, tmp_path) == reason(traceback, tmp_path / "absent") == "MemoryError: no room"
