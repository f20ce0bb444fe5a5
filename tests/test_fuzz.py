"""Odd arguments for every public callable: an error that names the argument, or an answer that is right."""

import numbers

import keras
import numpy as np
import pytest
from good_calls import X, good_calls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from test_docstrings import public

ODD = {
    "None": None, "-1": -1, "0": 0, "1.5": 1.5, "1e30": 1e30, "1e300": 1e300, "-1e30": -1e30, "nan": float("nan"),
    "inf": float("inf"), "10**30": 10**30, "-10**30": -(10**30), "True": True, "False": False, "text": "x", "empty text": "", "bytes": b"x",
    "list": [], "tuple": (), "dict": {}, "set": {1}, "object": object(), "class": int, "function": len, "slice": slice(3), "complex": 1 + 2j,
    "texts": ["a", "b"], "ragged": [[1, 2], [3]], "Nones": [None, None], "nested": [[[1.0]]], "generator": (i for i in range(3)),
    "2 x 2": np.zeros((2, 2)), "no axes": np.array(1.5), "complex array": np.array(1 + 2j), "complex rows": np.ones((24, 2)) * 1j,
    "text array": np.array(["a", "b"]), "objects": np.array([None, object()]), "no rows": np.zeros((0, 2)), "no columns": np.zeros((24, 0)), "empty": np.array([]),
    "masked": np.ma.masked_less(np.arange(48.0).reshape(24, 2), 5), "masked labels": np.ma.masked_less(np.arange(24) % 3, 1), "masked images": np.ma.masked_less(X, 0.1),
    "NaN rows": np.full((24, 2), np.nan), "NaN images": np.full_like(X, np.nan), "inf row": np.full(24, np.inf), "huge rows": np.full((24, 2), 1e300), "constant images": np.ones_like(X), "inf images": np.full_like(X, np.inf), "huge images": np.full(X.shape, 1e300), "images of another size": X[:, :5],
    "times": np.array(["2020", "2021"], "datetime64[D]"), "constant rows": np.ones((24, 2)), "many axes": np.zeros((2,) * 9), "bools": np.ones(24, bool), "labels": np.arange(24) % 2,
}  # fmt: skip
PATHS = {"path", "directory"}
DRAW = False

# A name that stands for something is called by what it stands for.
ALSO_CALLED = {
    "identifier": ("`likelihood`", "`prior`", "`schedule`"),
    "name": ("`network`", "`tuner`"),
    "arrays": ("`x`",),
}


def answer(function, arguments, name):
    """Return what is wrong with the answer to a call of which one argument is odd; None if nothing is."""
    try:
        result = function(**arguments)
    except OSError as error:
        return None if name in PATHS else f"{type(error).__name__}: {error}"
    except (TypeError, ValueError) as error:
        # Where two arguments do not fit each other, either may be named.
        if name is None or not any(_names(str(error), word) for word in (name, *(f"`{other}`" for other in arguments))):
            return f"{type(error).__name__} that does not name it: {str(error)[:150]!r}"
        return None
    return wrong(result)


def _names(message, name):
    return any(word in message for word in (name, *ALSO_CALLED.get(name, ())))


def wrong(result, name=""):
    """Say what is wrong with a result: a number that is not finite where the manual does not say so."""
    if isinstance(result, dict):
        return next((w for key, value in result.items() if (w := wrong(value, f"{name}.{key}"))), None)
    if isinstance(result, (list, tuple)):
        return next((w for i, value in enumerate(result) if (w := wrong(value, f"{name}[{i}]"))), None)
    if isinstance(result, Figure):
        if DRAW:
            result.draw_without_rendering()
        return None
    if name.startswith((".path_", ".largest_step")) or name.endswith(
        ("_standard_error", "monte_carlo_error", ".pairs")
    ):
        return None
    if isinstance(result, np.ndarray) or (isinstance(result, numbers.Number) and not isinstance(result, int)):
        array = np.asarray(result)
        if array.dtype.kind in "fc" and not np.all(np.isfinite(array)):
            return f"a result that is not finite: {name}"
    return None
