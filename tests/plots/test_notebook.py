"""A notebook shows each figure once."""

import base64
import io
import pathlib

import keras
import nbclient
import nbformat
import pytest
from PIL import Image

from keras_vae import plots

pytestmark = pytest.mark.processes


def test_a_notebook_shows_each_figure_once(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", keras.backend.backend())
    monkeypatch.setenv("PYTHONPATH", str(pathlib.Path(plots.__file__).parents[2]))
    for folder in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(folder, str(tmp_path))
    plot = "plots.kl_per_dimension([0.1, 3.0, 0.5])"
    cells = ["from keras_vae import plots", plot, f"figure = {plot}", f"%matplotlib inline\n{plot}"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    _, shown, kept, inline = [cell.outputs for cell in notebook.cells]
    assert not kept
    pictures = []
    for outputs in (shown, inline):
        assert [output.output_type for output in outputs] == ["execute_result"]
        pictures.append(Image.open(io.BytesIO(base64.b64decode(outputs[0].data["image/png"]))).size)
    assert pictures[0] == (408, 312)  # of matplotlib's inline mode it is cut to what is drawn
