"""The three tiers of tests, and what shows that each test is in its own.

Without a mark, a test is of the backend: it runs on TensorFlow, JAX and PyTorch.

`plain`: what it asserts cannot depend on a backend (NumPy, SciPy, matplotlib, files, texts). It runs once. It may use
neither keras.ops nor a Keras variable, and so no model, unless the mark says why once is enough:
`pytest.mark.plain(why="...")`.

`processes`: it starts processes (kills, workers, several devices, a notebook), or runs a whole script. It runs on
TensorFlow in `make test`, and on all three in `make test-all`.

A file's tests are marked at its head, `pytestmark = pytest.mark.plain`, or each by a decorator. No test starts a
process without the mark, and none has both marks.
"""

import functools
import sys
import types

import keras
import pytest

# What turns arrays to and fro, and computes nothing.
HARMLESS = {"convert_to_numpy", "is_tensor", "shape"}
OPS = {name: op for name, op in vars(keras.ops).items() if isinstance(op, types.FunctionType) and name not in HARMLESS}

started = []  # the programs that the present test has started


def note(event, arguments):
    if event == "subprocess.Popen":
        started.append(arguments[1])
    elif event in ("os.fork", "os.posix_spawn"):
        started.append(event)


sys.addaudithook(note)


def pytest_configure(config):
    config.addinivalue_line("markers", "plain(why): cannot depend on a backend, runs once; see tests/tiers.py")
    config.addinivalue_line("markers", "processes: starts processes or runs a whole script; see tests/tiers.py")


def pytest_collection_modifyitems(items):
    both = [item.nodeid for item in items if item.get_closest_marker("plain") and item.get_closest_marker("processes")]
    if both:
        raise pytest.UsageError(f"marked as plain and as processes: {both}")
    # The longest files first, so that several workers end together.
    long = {item.path for item in items if item.get_closest_marker("processes")}
    items.sort(key=lambda item: item.path not in long)


def refuse(name):
    def refused(*_, **__):
        raise AssertionError(f"a plain test uses {name}: take its mark away, or let it say why once is enough")

    return refused


REFUSED = {name: functools.wraps(op)(refuse(f"keras.ops.{name}")) for name, op in OPS.items()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Refuse what is of a backend to a plain test and to its fixtures."""
    plain = item.get_closest_marker("plain")
    if plain is None or plain.kwargs.get("why"):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        for name, refused in REFUSED.items():
            patch.setattr(keras.ops, name, refused)
        patch.setattr(keras.Variable, "__init__", refuse("a Keras variable"))
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """Fail a test that has started a process, in its fixtures or itself, and is not marked so."""
    result = yield
    programs = started.copy()
    started.clear()
    if programs and item.get_closest_marker("processes") is None:
        pytest.fail(f"starts {programs[0]}: mark it as one of `processes`", pytrace=False)
    return result
