"""The trials of a search as rows."""

import csv
import os
import pathlib
from typing import Any

import numpy as np

from keras_vae.arguments import a_path, able, shown
from keras_vae.replacing import replacing
from keras_vae.tuning.objectives.objective import Objective

FAILURE = "failure.txt"
FIGURES = ("elbo", "elbo_spread", "kl_loss", "reconstruction_loss", "active_units", "epochs", "seconds")


def trials(tuner: Any, hypermodel: Any) -> list[dict]:
    """Return the trials of a search that have ended, the best first and the failed ones last.

    Args:
        tuner: A keras-tuner tuner, whose search may go on.
        hypermodel: Its `VAEHyperModel`.

    Returns:
        List of dicts: `trial`, `status` ("completed" or "failed"), the values searched (`latent_dim`, `beta`,
        `annealing`, `width`, `learning_rate`), `objective`, the mean over the seeds, their `spread` (sample standard
        deviation, NaN for one seed), `seeds`, a list with the objective of each, `elbo`, `elbo_spread`, `kl_loss`,
        `reconstruction_loss` (nats per example), `active_units`, `epochs`, `seconds`, and `reason`, empty unless it
        failed.

    Example:
    >>> for row in keras_vae.tuning.trials(tuner, hypermodel):
    ...     print(row["latent_dim"], row["beta"], row["objective"], row["spread"])
    """
    able("tuner", tuner, ("oracle", "get_trial_dir"), "a keras-tuner tuner")
    able("hypermodel", hypermodel, ("objective", "seeds"), "the tuner's VAEHyperModel")
    ended = [tuner.oracle.trials[trial_id] for trial_id in dict.fromkeys(tuner.oracle.end_order)]
    rows = [_row(trial, hypermodel, tuner.get_trial_dir(trial.trial_id)) for trial in ended]
    return sorted(rows, key=lambda row: (row["status"] != "completed", -np.nan_to_num(row["objective"])))


def check_rows(rows: Any) -> None:
    """Raise a ValueError if these are not the rows of trials."""
    if not isinstance(rows, (list, tuple)) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"`rows` must be what `trials` returns, a list of dicts. Received: rows={shown(rows)}")


def _row(trial: Any, hypermodel: Any, folder: str | os.PathLike) -> dict:
    values = trial.hyperparameters.values
    failed = trial.status != "COMPLETED"

    def figure(name):
        return np.nan if failed or not trial.metrics.exists(name) else float(trial.metrics.get_last_value(name))

    return {
        "trial": trial.trial_id,
        "status": "failed" if failed else "completed",
        **{name: values.get(name) for name in ("latent_dim", "beta", "annealing", "width", "learning_rate")},
        "objective": figure(hypermodel.objective.name),
        "spread": figure("spread"),
        **{name: figure(name) for name in FIGURES},
        "seeds": [] if failed else [figure(f"seed_{i}") for i in range(hypermodel.seeds)],
        "reason": reason(trial.message, folder) if failed else "",
    }


def reason(message: str, folder: str | os.PathLike) -> str:
    """Return why a trial failed, in one line: from the tuner's message, or from what its worker wrote."""
    path = pathlib.Path(folder) / FAILURE
    text = message or (path.read_text() if path.is_file() else "")
    lines = [line.strip() for line in text.splitlines() if line and not line.startswith(" ")]
    return lines[-1] if lines else "its objective was not a number"


def table(rows: list[dict], objective: Objective) -> str:
    """Return the trials as a table of text; the figures are those of the validation split, means over the seeds.

    Args:
        rows: What `trials` returns.
        objective: The hypermodel's `objective`.

    Example:
    >>> print(keras_vae.tuning.table(rows, hypermodel.objective))
    """
    check_rows(rows)
    able("objective", objective, ("name",), "a keras_vae.tuning.Objective")
    searched = [name for name in ("width", "learning_rate") if len({row[name] for row in rows}) > 1]
    shows_objective = objective.name != "elbo"
    names = ["trial", "latent", "beta", "annealed", *(name.replace("_", " ") for name in searched)]
    names += [objective.name] if shows_objective else []
    names += ["spread", "ELBO", "KL", "reconstr.", "active", "epochs", "seconds"]
    lines = []
    for row in rows:
        # A value may have been held at None: the network's own width.
        values = [row["trial"], row["latent_dim"], f"{row['beta']:.3g}", "yes" if row["annealing"] else "no"]
        values += [f"{row[name]:.3g}" for name in searched]
        if row["status"] == "failed":
            lines.append((values, f"failed: {row['reason']}"))
            continue
        values += [f"{row['objective']:.4g}"] if shows_objective else []
        spread = "" if np.isnan(row["spread"]) else f"{row['spread']:.2g}"
        values += [spread, *(f"{row[name]:.2f}" for name in ("elbo", "kl_loss", "reconstruction_loss"))]
        values += [f"{row['active_units']:.3g}", f"{row['epochs']:.0f}", f"{row['seconds']:.1f}"]
        lines.append((values, ""))
    widths = [max([len(name), *(len(str(v[i])) for v, _ in lines if i < len(v))]) for i, name in enumerate(names)]
    text = ["  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True))]
    for values, remark in lines:
        cells = [str(value).rjust(width) for value, width in zip(values, widths, strict=False)]
        text.append("  ".join([*cells, remark]).rstrip())
    return "\n".join(text)


def write_csv(rows: list[dict], path: str | os.PathLike) -> None:
    """Write the trials as CSV, a row each; a file that is there is replaced at once, never left half-written.

    Args:
        rows: What `trials` returns.
        path: Path of the file.

    Example:
    >>> keras_vae.tuning.write_csv(rows, "trials.csv")
    """
    check_rows(rows)
    path = a_path("path", path)
    num_seeds = max((len(row["seeds"]) for row in rows), default=0)
    flat = [{**row, **{f"seed_{i}": score for i, score in enumerate(row["seeds"])}} for row in rows]
    flat = [{name: "" if value != value else value for name, value in row.items()} for row in flat]  # NaN: no figure
    names = [name for name in (rows[0] if rows else {}) if name not in ("seeds", "reason")]
    with replacing(path) as new, open(new, "w", newline="") as file:
        writer = csv.DictWriter(file, [*names, *(f"seed_{i}" for i in range(num_seeds)), "reason"], restval="")
        writer.writeheader()
        writer.writerows({name: row[name] for name in writer.fieldnames if name in row} for row in flat)
