"""The arrows of the design: an import goes only one way, and only training/ imports a backend."""

import ast
import pathlib

import pytest

pytestmark = pytest.mark.plain

PACKAGE = pathlib.Path(__file__).parents[1] / "keras_vae"

# What each room may import of the package, besides itself and these.
EVERYWHERE = {"arguments", "known", "moved", "progress", "replacing", "rows", "types"}
ALLOWED = {
    "arguments": set(),
    "known": set(),
    "moved": set(),
    "progress": set(),
    "noise": set(),
    "batch": set(),
    "arrays": set(),
    "replacing": set(),
    "rows": set(),
    "types": set(),
    "version": set(),
    "distributions": {"batch"},
    "flows": set(),
    "posteriors": {"batch", "distributions", "flows"},
    "priors": {"batch", "distributions", "flows", "noise"},
    "penalties": {"batch", "distributions", "posteriors", "schedules"},
    "likelihoods": {"batch", "distributions"},
    "layers": {"batch", "distributions", "noise", "posteriors", "priors"},
    "networks": {"layers"},
    "schedules": set(),
    "callbacks": {"schedules", "evaluation"},
    "datasets": set(),
    "training": {"batch", "noise"},
    "bounds": {"batch"},
    "samplers": {"arrays"},
    "models": {
        "arrays",
        "batch",
        "bounds",
        "datasets",
        "distributions",
        "layers",
        "likelihoods",
        "networks",
        "noise",
        "posteriors",
        "priors",
        "schedules",
        "training",
    },
    "evaluation": {"arrays", "distributions", "models", "priors", "samplers"},
    "plots": set(),
    "tuning": {
        "callbacks",
        "datasets",
        "evaluation",
        "likelihoods",
        "models",
        "networks",
        "schedules",
        "training",
    },
}
BACKENDS = {"tensorflow", "jax", "torch"}


def imports(path):
    """Return the modules that a file imports, in full: `from keras_vae import x` counts as keras_vae.x."""
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_imports_go_one_way():
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for name in imports(path):
            first, *rest = name.split(".")
            if first in BACKENDS and room != "training":
                wrong.append(f"{path} imports {name}")
            if first == "keras_vae" and room != "__init__" and rest[0] not in ALLOWED[room] | EVERYWHERE | {room}:
                wrong.append(f"{path} imports {name}")
    assert not wrong


def test_every_room_has_its_arrows():
    rooms = {p.name.removesuffix(".py") for p in PACKAGE.iterdir() if p.name != "__pycache__"} - {
        "__init__",
        "py.typed",
    }
    assert rooms == set(ALLOWED)
