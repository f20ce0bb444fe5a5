"""Argument checks."""

import math
import operator
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

LARGEST = float(np.finfo("float32").max)
LARGEST_INT = int(np.iinfo("int64").max)
SHOWN = 200


def at_least(name: str, value: Any, low: float, strict: bool = False) -> Any:
    """Return `value` as a number not below `low` (above it, if `strict`), also in float32; else raise a ValueError.

    A single number of any kind is one: of Python, NumPy, a tensor without axes, a fraction. Ints and floats are
    returned as they are, others, and ints beyond int64, as a float.
    """
    expected = f"a number {'above' if strict else 'of at least'} {low}"
    number = _as_float(value)
    if not _is_above(number, low, strict):
        raise _refused(name, expected, value)
    # What goes into float32 arithmetic must not become infinite there, nor 0 where 0 is not allowed.
    if abs(number) > LARGEST or not _is_above(float(np.float32(number)), low, strict):
        raise _refused(name, f"{expected} in float32, at most {LARGEST:.2g}", value)
    is_plain = isinstance(value, float) or (isinstance(value, int) and abs(value) <= LARGEST_INT)
    return value if is_plain else number


def share(name: str, value: Any) -> float:
    """Return `value` as a float above 0 and at most 1; raise a ValueError otherwise."""
    number = _as_float(value)
    if not 0.0 < number <= 1.0:
        raise _refused(name, "above 0 and at most 1", value)
    return number


def whole_number(name: str, value: Any, low: int = 1, high: int = LARGEST_INT) -> int:
    """Return `value` as an int if it is a whole number from `low` to `high`; raise a ValueError otherwise."""
    expected = f"a whole number of at least {low}"
    number = _as_int(value)
    if number is None or number < low:
        raise _refused(name, expected, value)
    if number > high:
        raise _refused(name, f"{expected} and at most {high}", value)
    return number


def whole_numbers(name: str, values: Any) -> list[int]:
    """Return `values` as a list of ints if they are whole numbers of at least 1; raise a ValueError otherwise."""
    try:
        return [whole_number(name, value) for value in values]
    except TypeError as error:  # no list
        raise ValueError(f"`{name}` must be a list of ints of at least 1. Received: {name}={shown(values)}") from error


def seed_or_none(name: str, value: Any) -> int | None:
    """Return `value` if it is None or a whole number that fits an int64, of either sign; else raise a ValueError."""
    number = None if value is None else _as_int(value)
    if value is not None and (number is None or abs(number) > LARGEST_INT):
        raise _refused(name, "an int or None", value)
    return number


def one_of(name: str, value: Any, known: Iterable[str]) -> str:
    """Return `value` if it is among the `known` names; raise a ValueError that lists them otherwise."""
    if not isinstance(value, str) or value not in known:
        raise _refused(name, f"one of {', '.join(map(repr, known))}", value)
    return value


def true_or_false(name: str, value: Any) -> bool:
    """Return `value` as a bool if it is a truth value, 0 or 1; raise a ValueError otherwise."""
    if not isinstance(value, (bool, np.bool_)) and _as_int(value) not in (0, 1):
        raise _refused(name, "True or False", value)
    return bool(value)


def text_or_none(name: str, value: Any) -> str | None:
    """Return `value` if it is a text or None; raise a ValueError otherwise."""
    if value is not None and not isinstance(value, str):
        raise _refused(name, "a text or None", value)
    return value


def a_path(name: str, value: Any) -> pathlib.Path:
    """Return `value` as a path if it is one; raise a ValueError otherwise."""
    if not isinstance(value, (str, os.PathLike)) or "\0" in str(value):
        raise _refused(name, "a path", value)
    return pathlib.Path(value)


def able(name: str, value: Any, needed: Iterable[str], expected: str) -> Any:
    """Return `value` if it is an object with the `needed` attributes; raise a ValueError otherwise."""
    missing = [attribute for attribute in needed if not hasattr(value, attribute)]
    if missing or isinstance(value, type):
        raise ValueError(
            f"`{name}` must be {expected}. Received: {name}={shown(value)}"
            + (f", which has no {', '.join(missing)}" if missing else ", a class and no instance of it")
        )
    return value


def function_or_none(name: str, value: Any) -> Any:
    """Return `value` if it is None or can be called; raise a ValueError otherwise."""
    if value is not None and (not callable(value) or isinstance(value, type)):
        raise _refused(name, "a function or None", value)
    return value


def shown(value: Any) -> str:
    """Return a value as an error shows it: on one line, and not for pages."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # whatever a stranger's repr raises; also that of an int of 5000 digits
        text = f"a {type(value).__name__}"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def shape_text(shape: Sequence[int | None]) -> str:
    """Write a shape with its first axis, the rows, as `batch`: how many rows were looked at says nothing."""
    names = ["batch", *map(str, shape[1:])] if shape else []
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"


def _refused(name: str, expected: str, value: Any) -> ValueError:
    return ValueError(f"`{name}` must be {expected}. Received: {name}={shown(value)}")


def _is_above(number: float, low: float, strict: bool) -> bool:
    return number > low if strict else number >= low  # NaN is not


def _as_float(value: Any) -> float:
    """Return a single real number as a float, infinity where it is too large for one, or NaN where it is no number."""
    try:
        return float(_single(value))
    except OverflowError:
        return math.inf
    except (TypeError, ValueError, RuntimeError):
        return math.nan


def _as_int(value: Any) -> int | None:
    """Return a whole number as an int, or None if it is none."""
    try:
        return operator.index(_single(value))
    except (TypeError, ValueError, RuntimeError):
        return None


def _single(value):
    """Return `value`, or raise a TypeError for what `float` would take though it is no single real number."""
    if isinstance(value, (str, bytes, bytearray, bool, np.ma.MaskedArray)):
        raise TypeError
    if not hasattr(value, "dtype"):
        return value
    if tuple(value.shape) or not any(kind in str(value.dtype) for kind in ("int", "float")):
        raise TypeError
    if hasattr(value, "detach"):  # PyTorch warns of a number that has a gradient
        return value.detach()
    return value.numpy() if hasattr(value, "numpy") else value
