"""Odd arguments for every public callable: an error that names the argument, or an answer that is right."""

import numbers

import keras
import numpy as np
import pytest
from good_calls import X, good_calls
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from test_docstrings import BASES, public

NO_BACKENDS = "the checks are of no backend: PyTorch is the quickest to call"
pytestmark = [
    pytest.mark.plain(why=NO_BACKENDS),
    pytest.mark.skipif(keras.backend.backend() != "torch", reason=NO_BACKENDS),
]

ROWS = len(X)
ODD = {
    "None": None,
    "True": True,
    "False": False,
    **{repr(number): number for number in (-1, 0, 1.5, 1e30, 1e300, -1e30, 10**30, -(10**30), 1 + 2j)},
    "NaN": float("nan"),
    "infinity": float("inf"),
    **{repr(value): value for value in ("x", "", b"x", [], (), {}, {1}, ["a", "b"], [[1, 2], [3]], [None, None])},
    "[[[1.0]]]": [[[1.0]]],
    "object": object(),
    "class": int,
    "function": len,
    "slice": slice(3),
    "generator": (i for i in range(3)),
    "no axes": np.array(1.5),
    "2 x 2": np.zeros((2, 2)),
    "many axes": np.zeros((2,) * 9),
    "empty": np.array([]),
    "no rows": np.zeros((0, 2)),
    "no columns": np.zeros((ROWS, 0)),
    "complex number": np.array(1 + 2j),
    "complex rows": np.ones((ROWS, 2)) * 1j,
    "texts": np.array(["a", "b"]),
    "times": np.array(["2020", "2021"], "datetime64[D]"),
    "objects": np.array([None, object()]),
    "masked rows": np.ma.masked_less(np.arange(2.0 * ROWS).reshape(ROWS, 2), 5),
    "masked labels": np.ma.masked_less(np.arange(ROWS) % 3, 1),
    "masked images": np.ma.masked_less(X, 0.1),
    "NaN rows": np.full((ROWS, 2), np.nan),
    "NaN images": np.full_like(X, np.nan),
    "infinite row": np.full(ROWS, np.inf),
    "infinite images": np.full_like(X, np.inf),
    "huge rows": np.full((ROWS, 2), 1e300),
    "huge images": np.full(X.shape, 1e300),
    "constant rows": np.ones((ROWS, 2)),
    "constant images": np.ones_like(X),
    "images of another size": X[:, :5],
    "truth values": np.ones(ROWS, bool),
    "two labels": np.arange(ROWS) % 2,
}
# What a name stands for is what an error calls it; the arrays of `Batches` have names of their own.
ALSO_CALLED = {
    "identifier": ("`flow`", "`likelihood`", "`posterior`", "`prior`", "`schedule`"),
    "name": ("`network`", "`tuner`"),
    "arrays": ("`x`",),
    "flows": ("`flow`",),
}
# The system says what is wrong with a file.
PATHS = {"path", "directory"}
# What a user's own functions make of numbers is theirs.
OF_USERS = {("evaluation.ArrayModel", "x")}
# Of these scores the manual says where they are NaN.
MAY_BE_NAN = ("_standard_error", "monte_carlo_error", ".pairs", ".path_length", ".path_ratio", ".largest_step")
# Bases to derive from, what others return, a download; and functions of tensors or for Keras, besides those of `VAE`
# for users (`fit`, `evaluate` and `predict` have tests of their own); and a layer whose constructor is Keras' own.
NOT_CALLED = {
    *BASES,
    "datasets.Dataset",
    "datasets.tensorflow_datasets",
    "layers.Conv2DTranspose",
    "models.Classifier",
}


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    return good_calls(tmp_path_factory.mktemp("fuzz"))


OF_MODELS = tuple(f"{name}." for name in ("Autoencoder", "ConditionalVAE", "FactorVAE", "VAE"))
NAMES = sorted(
    name for name in public() if name.count(".") < 2 and name not in NOT_CALLED and not name.startswith(OF_MODELS)
)


def test_every_public_callable_is_called(calls):
    assert set(NAMES) - set(calls) == set()
    for name, (function, arguments) in calls.items():
        assert problem(function, arguments) is None, name


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.filterwarnings("ignore:The warm-up of beta takes:UserWarning")
def test_odd_arguments(odd, calls, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    places = [(name, argument) for name, (_, arguments) in calls.items() for argument in arguments]

    @settings(max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(place=st.sampled_from(places))
    def check(place):
        name, argument = place
        assume((name.rpartition(".")[0], argument) not in OF_USERS)
        function, arguments = calls[name]
        found = problem(function, {**arguments, argument: ODD[odd]}, argument)
        assert found is None, f"{name}({argument}={odd}): {found}"

    check()


def problem(function, arguments, argument=None):
    """Return what is wrong with the answer to a call in which one argument is odd; None if nothing is."""
    try:
        result = function(**arguments)
    except OSError as error:
        return None if argument in PATHS else f"{type(error).__name__}: {error}"
    except (TypeError, ValueError) as error:
        # Where two arguments do not fit each other, either may be named.
        names = (argument, *ALSO_CALLED.get(argument, ()), *(f"`{other}`" for other in arguments)) if argument else ()
        named = any(name in str(error) for name in names)
        return None if named else f"{type(error).__name__}, which does not name it: {error}"
    return not_right(result)


def not_right(result, name=""):
    """Say what is wrong with a result: a number that is not finite where the manual does not say so."""
    if isinstance(result, dict):
        return next((found for key, value in result.items() if (found := not_right(value, f"{name}.{key}"))), None)
    if isinstance(result, (list, tuple)):
        return next((found for value in result if (found := not_right(value, f"{name}[]"))), None)
    if isinstance(result, Figure):
        return None if result.axes else "an empty figure"
    is_number = isinstance(result, (np.ndarray, numbers.Number)) and np.asarray(result).dtype.kind in "fc"
    if is_number and not name.endswith(MAY_BE_NAN) and not np.all(np.isfinite(result)):
        return f"a result that is not finite: {name}"
    return None
