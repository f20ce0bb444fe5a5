"""The choice of a trial."""

import numpy as np

from keras_vae.arguments import able
from keras_vae.rows import as_rows
from keras_vae.tuning.objectives.objective import Objective
from keras_vae.tuning.trials import check_rows
from keras_vae.types import ArrayLike

CONFIDENCE = 0.95


def _points(rate: ArrayLike, distortion: ArrayLike, low: int = 0) -> list[np.ndarray]:
    """Return rate and distortion as two arrays of finite numbers of one length; raise a ValueError otherwise."""
    points = [np.asarray(as_rows(n, v), "float64") for n, v in (("rate", rate), ("distortion", distortion))]
    shapes = [values.shape for values in points]
    if shapes[0] != shapes[1] or len(shapes[0]) != 1 or shapes[0][0] < low or not np.all(np.isfinite(points)):
        raise ValueError(
            f"`rate` and `distortion` must be finite numbers, {low} or more, as many of each. Received: shapes "
            f"{shapes[0]} and {shapes[1]}"
        )
    return points


def pareto_front(rate: ArrayLike, distortion: ArrayLike) -> np.ndarray:
    """Return the indices of the points that no other beats in both, by rising rate.

    Args:
        rate: Array of shape `(points,)`, such as KL, nats per example.
        distortion: Array of the same shape, such as reconstruction loss.

    Returns:
        Int array.

    Example:
    >>> keras_vae.tuning.pareto_front([1.0, 2.0, 3.0], [9.0, 9.5, 4.0]).tolist()
    [0, 2]
    """
    rate, distortion = _points(rate, distortion)
    order = np.lexsort((distortion, rate))
    lowest_before = np.minimum.accumulate(np.concatenate([[np.inf], distortion[order][:-1]]))
    return order[distortion[order] < lowest_before]


def knee(rate: ArrayLike, distortion: ArrayLike) -> int:
    """Return the index of the front's knee: where it lies farthest below the line between its two ends.

    Both axes are scaled to the front's own ranges. A front of one or two points has no knee: of these the one with the
    smaller sum, the better ELBO, is returned.

    Args:
        rate: Array of shape `(points,)`, of at least one point.
        distortion: Array of the same shape.

    Returns:
        Int.

    Example:
    >>> keras_vae.tuning.knee([0.0, 1.0, 2.0, 10.0], [10.0, 4.0, 3.0, 2.0])
    1

    Reference: Satopaa et al. 2011, "Finding a 'kneedle' in a haystack", section 2.
    """
    rate, distortion = _points(rate, distortion, low=1)
    front = pareto_front(rate, distortion)
    if len(front) < 3:
        return int(front[np.argmin(rate[front] + distortion[front])])
    x, y = (_to_unit_range(values[front]) for values in (rate, distortion))
    return int(front[np.argmin(x + y)])  # the line from (0, 1) to (1, 0) is x + y = 1


def _to_unit_range(values):
    return (values - values.min()) / (values.max() - values.min())


def best(rows: list[dict], objective: Objective) -> int:
    """Return the number of the row to pick: the best objective, or the knee where there is no single winner.

    Args:
        rows: What `trials` returns, with at least one completed trial.
        objective: The hypermodel's `objective`.

    Example:
    >>> rows[keras_vae.tuning.best(rows, hypermodel.objective)]["latent_dim"]
    """
    check_rows(rows)
    able("objective", objective, ("has_a_winner",), "a keras_vae.tuning.Objective")
    completed = [i for i, row in enumerate(rows) if row["status"] == "completed"]
    if not completed:
        raise ValueError("`rows` must hold at least one completed trial. Received: none")
    if objective.has_a_winner:
        return max(completed, key=lambda i: rows[i]["objective"])
    rate, distortion = ([rows[i][name] for i in completed] for name in ("kl_loss", "reconstruction_loss"))
    return completed[knee(rate, distortion)]


def _better_half(rows: list[dict]) -> list[int]:
    """Return the better half of the completed rows, two at least, the best first."""
    completed = sorted(
        (i for i, row in enumerate(rows) if row["status"] == "completed"), key=lambda i: -rows[i]["objective"]
    )
    return completed[: max(2, -(-len(completed) // 2))]


def errors_of_luck(rows: list[dict], chosen: int) -> float:
    """Return how many standard errors a difference must have to be more than luck, by Student's t at 95 %.

    Where all trials are equal, the best one is farther from the next in at most 5 % of the searches: with two trials in
    as many, with more in fewer, as the gap between the best two of many is smaller than that between two.

    Reference: Gutmann and Maymin 1987, "Is the selected population the best?".
    """
    from scipy.stats import t  # late: importing scipy.stats takes a second

    degrees = len(_better_half(rows)) * (len(rows[chosen]["seeds"]) - 1)
    return float(t.ppf(0.5 + 0.5 * CONFIDENCE, degrees))


def equals_within_seeds(rows: list[dict], chosen: int) -> list[int]:
    """Return the other completed rows whose objective is no more than luck away from the chosen one's.

    The standard error is that of the difference of two means over the seeds. The spread over the seeds is pooled over
    the better half of the trials: the seeds of one trial are too few to tell it, and bad trials spread more. With one
    seed there is none, and no row.
    """
    spread = np.sqrt(np.mean([rows[i]["spread"] ** 2 for i in _better_half(rows)]))
    reach = errors_of_luck(rows, chosen) * spread * np.sqrt(2.0 / len(rows[chosen]["seeds"]))
    others = (i for i, row in enumerate(rows) if row["status"] == "completed" and i != chosen)
    return [i for i in others if abs(rows[i]["objective"] - rows[chosen]["objective"]) <= reach]


def advice(rows: list[dict], objective: Objective) -> str:
    """Say in a sentence which trial to pick, and why.

    A difference between trials is called more than luck where Student's t at 95 % says so of the seeds, which must be
    independent of each other: of an objective that compares a trial's seeds (UDR) nothing of the kind is said.

    Args:
        rows: What `trials` returns, with at least one completed trial.
        objective: The hypermodel's `objective`.

    Example:
    >>> print(keras_vae.tuning.advice(rows, hypermodel.objective))
    """
    chosen = best(rows, objective)
    row = rows[chosen]
    num_completed = sum(other["status"] == "completed" for other in rows)
    annealing = "with" if row["annealing"] else "without"
    setting = (
        f"Take latent_dim {row['latent_dim']} and beta {row['beta']:.3g} {annealing} annealing (trial {row['trial']})"
    )
    if not objective.has_a_winner:
        return f"{setting}: {_why_the_knee(rows, row)}."
    figure = (
        f"{row['objective']:.2f} nats"
        if objective.name in ("elbo", "marginal_likelihood")
        else f"{row['objective']:.3f}"
    )
    name = {"elbo": "ELBO", "udr": "UDR"}.get(objective.name, objective.name.replace("_", " "))
    if num_completed == 1:
        return f"{setting}, the only trial that was completed: its {name} is {figure}."
    why = f"its {name} of {figure} is the best of {num_completed} trials"
    if len(row["seeds"]) < 2:
        return f"{setting}: {why}; with one seed a trial, nobody knows how much of that is luck."
    if not objective.seeds_are_independent:
        return (
            f"{setting}: {why}; a trial's seeds are compared with each other, so that their spread does not tell how "
            "much of that is luck."
        )
    close = equals_within_seeds(rows, chosen)
    errors = (
        f"{errors_of_luck(rows, chosen):.1f} standard errors (of the seeds, pooled over the better half of the trials; "
        f"{CONFIDENCE:.0%} of Student's t)"
    )
    if not close:
        return f"{setting}: {why}, by more than {errors}."
    smallest = min([chosen, *close], key=lambda i: rows[i]["latent_dim"])
    smaller = (
        f": the smallest latent size among them is {rows[smallest]['latent_dim']} (trial {rows[smallest]['trial']})"
        if rows[smallest]["latent_dim"] < row["latent_dim"]
        else ", none of them with a smaller latent size"
    )
    more = "1 more lies" if len(close) == 1 else f"{len(close)} more lie"
    return f"{setting}: {why}; {more} within {errors}{smaller}."


def _why_the_knee(rows, row):
    completed = [other for other in rows if other["status"] == "completed"]
    rate, distortion = (np.array([other[name] for other in completed]) for name in ("kl_loss", "reconstruction_loss"))
    front = pareto_front(rate, distortion)
    place = [completed[i]["trial"] for i in front].index(row["trial"])
    text = (
        f"with a KL of {row['kl_loss']:.2f} and a reconstruction loss of {row['reconstruction_loss']:.2f} nats it is "
        f"the knee of the front of {len(front)} of {len(completed)} trials"
    )
    if 0 < place < len(front) - 1:
        slopes = [_bought(rate[front], distortion[front], *pair) for pair in ((0, place), (place, len(front) - 1))]
        text += f": up to it a nat of KL buys {slopes[0]:.2f} nats of reconstruction, beyond it {slopes[1]:.2f}"
    return text


def _bought(rate, distortion, i, j):
    return (distortion[i] - distortion[j]) / (rate[j] - rate[i])
