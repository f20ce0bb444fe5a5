"""Type hints of the public functions, the plain module docstrings, and the package as a type checker finds it."""

import ast
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = ROOT / "keras_vae"
# Of the methods with two underscores these are public.
SPECIAL = ("__call__", "__getitem__", "__init__", "__iter__", "__len__", "__repr__")
RIDDLES = ("How ", "What ", "Where ", "Whether ", "Which ", "Why ")


def public_functions(body, in_class=False):
    """Yield the public functions and methods of a module or a class: the node, and its arguments but `self`."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, in_class=True)
        if isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name in SPECIAL):
            given = node.args
            arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            is_static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
            rest = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
            yield node, [*arguments[in_class and not is_static :], *rest]


def without_hints(path):
    """Return what has no hint, as texts."""
    missing = []
    for node, arguments in public_functions(ast.parse(path.read_text()).body):
        missing += [f"{node.name}({argument.arg})" for argument in arguments if argument.annotation is None]
        if node.returns is None and node.name != "__init__":
            missing.append(f"{node.name}() ->")
    return missing


@pytest.mark.plain
@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_public_functions_have_hints_and_modules_plain_docstrings(path):
    assert without_hints(path) == []
    assert not ast.get_docstring(ast.parse(path.read_text())).startswith(RIDDLES)


@pytest.mark.plain
def test_what_is_missing_is_seen(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("class A:\n  def f(self, x, *, y: int, **z): ...\n  def _g(self, x): ...\ndef h(x) -> int: ...")
    assert without_hints(path) == ["f(x)", "f(z)", "f() ->", "h(x)"]


@pytest.mark.processes
def test_an_editable_install_is_found_by_type_checkers(tmp_path):
    """They read .pth files, and run no import hook: the install must name the folder of the package."""
    project, wheels = tmp_path / "project", tmp_path / "wheels"
    shutil.copytree(PACKAGE, project / "keras_vae", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project)
    build = f"from setuptools import build_meta; build_meta.build_editable({str(wheels)!r})"
    wheels.mkdir()
    process = subprocess.run([sys.executable, "-c", build], cwd=project, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr[-2000:]
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        loose = {name: wheel.read(name).decode() for name in wheel.namelist() if "/" not in name}
    assert [text.strip() for text in loose.values()] == [str(project)]
    assert all(name.endswith(".pth") for name in loose)
    assert (PACKAGE / "py.typed").is_file()
