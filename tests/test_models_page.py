"""The page of models: its tables are those of the stored figures, and each line of code makes a model with a loss."""

import importlib.util
import json
import math
import pathlib
import re

import keras
import pytest

import keras_vae
from keras_vae import networks

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "models.md").read_text()
LINES = re.findall(r"^\| [^|]+ \| `((?:VAE|FactorVAE|ConditionalVAE|Autoencoder)\(.*?\))`", PAGE, flags=re.MULTILINE)


def figures():
    """Return the module of benchmarks that makes tables of stored figures."""
    specification = importlib.util.spec_from_file_location("figures", ROOT / "benchmarks" / "figures.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["models", "speed"])
def test_the_tables_are_those_of_the_stored_figures(name):
    page = (ROOT / "docs" / f"{name}.md").read_text()
    stored = json.loads((ROOT / "docs" / "evidence" / f"{name}.json").read_text())
    assert list(stored) == re.findall(r"^<!-- (\w+) -->$", page, flags=re.MULTILINE)
    assert figures().with_tables(page, stored) == page


def test_a_figure_has_two_digits_of_its_error():
    figure, cell = figures().figure, figures().cell
    assert figure([1.234, 1.238], 0.0123) == {"value": 1.236, "error": 0.012, "by_seed": [1.234, 1.238]}
    assert cell(figure(-107.812, 1.34)) == "-107.8 +- 1.3"
    assert cell(figure(0.0268941, 0.000123)) == "0.02689 +- 0.00012"
    assert cell(figure(437_664)) == "437,664"
    assert cell(None) == ""


@pytest.mark.parametrize("line", LINES)
def test_each_line_of_code_makes_a_model_with_a_loss(line, data):
    shape, x, y = (8, 8, 1), data.x_train[:64], data.y_train[:64]
    encoder, decoder = networks.mlp(shape, latent_dim=4)
    code, _ = networks.mlp(shape, latent_dim=4, heads={"code": 4})
    nets = {"encoder": encoder, "decoder": decoder, "code": code}
    model = eval(line, {**vars(keras_vae), "shape": shape, "x": x, **nets})
    conditional = isinstance(model, keras_vae.ConditionalVAE)
    model.build([(None, *shape), (None, 10)] if conditional else (None, *shape))
    losses, _ = model.losses_of(keras.ops.convert_to_tensor(x), y if conditional else None, None, training=True)
    assert math.isfinite(keras.ops.convert_to_numpy(losses["loss"]))


def test_the_lines_of_code_are_found():
    (rows,) = re.findall(r"^\| paper \| line \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE, flags=re.MULTILINE)
    assert len(LINES) == rows.count("\n") >= 20
