"""Figures with their errors: as they are stored in docs/evidence/, and as the tables of a page."""

import json
import math
import pathlib

import numpy as np

from keras_vae.replacing import replacing


def figure(values, error=None, digits=4):
    """Return a figure as it is stored: the mean over the seeds, and its error, in as many digits."""
    by_seed = [float(value) for value in np.atleast_1d(values)]
    value = float(np.mean(by_seed))
    if error is not None and np.isfinite(error) and error > 0.0:
        digits = 1 - math.floor(math.log10(error))  # two digits of the error
    stored = {"value": round(value, digits) + 0.0}  # no -0.0
    if error is not None:
        stored["error"] = round(float(error), digits)
    if len(by_seed) > 1:
        stored["by_seed"] = [round(one, digits) for one in by_seed]
    return stored


def mean_figure(of_rows):
    """Return the mean over test images with its standard error, of an array `(images,)` or `(seeds, images)`."""
    of_rows = np.atleast_2d(np.asarray(of_rows, "float64"))
    of_images = of_rows.mean(axis=0)
    return figure(of_rows.mean(axis=1), of_images.std(ddof=1) / math.sqrt(len(of_images)))


def read(path: pathlib.Path) -> dict:
    """Return the stored rows, none where there is no file."""
    return json.loads(path.read_text()) if path.exists() else {}


def store(path: pathlib.Path, name, result, order):
    """Put a row into a JSON file, which is replaced at once; the rows are kept in an order."""
    stored = {**read(path), name: result}
    with replacing(path) as new:
        new.write_text(json.dumps({one: stored[one] for one in order if one in stored}, indent=1) + "\n")


def table(result) -> str:
    """Return a row's figures as a table, and below it what was done."""
    figures = result["figures"]
    columns = list(dict.fromkeys(column for of_model in figures.values() for column in of_model))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for model, of_model in figures.items():
        lines.append(f"| {model} | {' | '.join(cell(of_model.get(column)) for column in columns)} |")
    seeds = ", ".join(map(str, result["seeds"]))
    done = (
        f"Protocol: {result['protocol']}. Seeds: {seeds}. {result['backend']}, {result['cpu_seconds']:,} s of CPU time."
    )
    return "\n".join([*lines, "", done])


def cell(stored) -> str:
    """Return a figure as text, with its error in two digits."""
    if stored is None:
        return ""
    value, error = stored["value"], stored.get("error")
    if error:
        digits = max(0, 1 - math.floor(math.log10(error)))
        return f"{value:,.{digits}f} +- {error:,.{digits}f}"
    return f"{value:,.0f}" if value == round(value) else f"{value:,}"


def with_tables(page: str, stored: dict) -> str:
    """Return a page's text with the tables of the stored rows between their marks."""
    for name, result in stored.items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, mark, after = page.partition(start)
        if mark:
            page = f"{before}{start}\n{table(result)}\n{end}{after.partition(end)[2]}"
    return page


def write_tables(page: pathlib.Path, stored: dict) -> None:
    """Write the tables of a page anew."""
    text = with_tables(page.read_text(), stored)
    with replacing(page) as new:
        new.write_text(text)
