"""Figures are written at once."""

import io
import os
import pathlib

import pytest
from matplotlib.figure import Figure
from PIL import Image

from keras_vae import plots

pytestmark = pytest.mark.plain


@pytest.fixture
def figure():
    return plots.kl_per_dimension([0.1, 3.0, 0.5])


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def size(path):
    with Image.open(path) as image:
        return image.size


def test_an_error_in_the_middle_of_the_write_leaves_the_good_file(figure, tmp_path, monkeypatch):
    path = tmp_path / "figure.png"
    path.write_bytes(b"good")

    def no_space(self, data):
        with open(self, "wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "write_bytes", no_space)
    with pytest.raises(OSError, match="No space left on device: .*figure.png'"):
        figure.savefig(path)
    monkeypatch.undo()
    assert path.read_bytes() == b"good" and names(tmp_path) == ["figure.png"]
    figure.savefig(path)
    assert size(path) == (408, 312) and names(tmp_path) == ["figure.png"]  # 3.4 x 2.6 inches at 120 dpi


@pytest.mark.parametrize("ending", ["png", "pdf", "svg", "svgz", "eps", "jpg", "tif", "webp"])
def test_the_path_says_the_format_as_in_matplotlib(figure, ending, tmp_path):
    figure.savefig(tmp_path / f"ours.{ending}")
    stock = io.BytesIO()
    Figure.savefig(figure, stock, format=ending)
    ours = (tmp_path / f"ours.{ending}").read_bytes()
    assert ours[:4] == stock.getvalue()[:4] and abs(len(ours) - len(stock.getvalue())) < 50
    assert b"unfinished" not in ours


def test_a_path_without_an_ending_and_an_open_file(figure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in ("bare", "dot.", "dashes.pdf"):
        figure.savefig(path)
    with pytest.raises(ValueError, match="Format '2' is not supported"):
        figure.savefig(pathlib.Path("v0.2"))
    figure.savefig("told", format="pdf")
    with open("open.bin", "wb") as file:
        figure.savefig(file, format="png", dpi=60)
    assert names(tmp_path) == ["bare.png", "dashes.pdf", "dot.png", "open.bin", "told"]
    assert size("open.bin") == (204, 156)
    assert (tmp_path / "told").read_bytes().startswith(b"%PDF")
    figure.savefig(os.devnull, format="png")
    assert not os.path.isfile(os.devnull)  # a device stays one
    with pytest.raises(FileNotFoundError, match="absent/a.png"):
        figure.savefig("absent/a.png")


def test_a_full_disk_leaves_the_picture_that_was_there_and_names_it(figure, tmp_path, full_disk):
    path = tmp_path / "units.png"
    figure.savefig(path)
    before = path.read_bytes()
    with full_disk(len(before) // 2), pytest.raises(OSError, match="File too large: .*/units.png'"):
        figure.savefig(path)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["units.png"]
