import hashlib
import socket
import sys

import numpy as np
import pytest
from PIL import Image

from keras_vae import datasets
from keras_vae.datasets import sprites as sprites_function
from keras_vae.datasets.sprites import FACTOR_SIZES, draw

pytestmark = pytest.mark.plain


def check(data, shape):
    for x in (data.x_train, data.x_test):
        assert x.shape[1:] == shape and x.dtype == np.float32 and x.min() >= 0 and x.max() <= 1
    assert data.source and data.name


def test_digits_are_scikit_learns_split_once():
    data = datasets.load("digits")
    check(data, (8, 8, 1))
    assert len(data.x_train) + len(data.x_test) == 1797 and len(data.y_test) == len(data.x_test)
    assert {round(float(v) * 16, 4) for v in np.unique(data.x_train)} == set(range(17))
    assert set(data.y_test) == set(range(10))
    again = datasets.load("digits")
    np.testing.assert_array_equal(again.x_test, data.x_test)
    rows = {x.tobytes() for x in data.x_train}
    assert sum(x.tobytes() in rows for x in data.x_test) == 0


def test_a_data_set_prints_names_and_shapes():
    assert repr(datasets.load("digits")) == (
        "Dataset(name='digits', x_train=(1438, 8, 8, 1) float32, x_test=(359, 8, 8, 1) float32, "
        "y_train=(1438,) int64, y_test=(359,) int64, "
        'source="scikit-learn\'s load_digits: UCI optical recognition of handwritten digits, 8 x 8, embedded")'
    )
    text = repr(datasets.sprites(60, 20))
    assert "factors_train=(60, 5) int64, factors_test=(20, 5) int64, factor_names=('shape', " in text
    assert len(text) < 500


def test_sprites_have_their_factors():
    data = datasets.load("sprites", num_train=60, num_test=20)
    check(data, (64, 64, 1))
    assert set(np.unique(data.x_train)) == {0.0, 1.0}
    assert data.factors_train.shape == (60, 5) and np.all(data.factors_train < FACTOR_SIZES)
    np.testing.assert_array_equal(data.y_test, data.factors_test[:, 0])
    np.testing.assert_array_equal(draw(data.factors_test), data.x_test)
    together = np.concatenate([data.factors_train, data.factors_test])
    assert len(np.unique(together, axis=0)) == 80
    np.testing.assert_array_equal(sprites_function(60, 20).x_train, data.x_train)
    assert not np.array_equal(sprites_function(60, 20, seed=1).x_train, data.x_train)


def test_a_sprites_picture_follows_its_factors():
    base = [0, 2, 0, 16, 16]

    def image(**changes):
        names = ("shape", "scale", "orientation", "x", "y")
        return draw([[changes.get(name, value) for name, value in zip(names, base, strict=True)]])[0, ..., 0]

    def center(picture):
        rows, columns = np.nonzero(picture)
        return columns.mean(), rows.mean()

    areas = [image(scale=s).sum() for s in range(6)]
    assert all(a < b for a, b in zip(areas, areas[1:], strict=False))
    # An upright square, 0.9 of 12 pixels to each side.
    assert areas[5] == pytest.approx((2 * 0.9 * 12) ** 2, rel=0.1)
    left, right = center(image(x=0)), center(image(x=31))
    assert right[0] - left[0] == pytest.approx(32, abs=1) and right[1] == pytest.approx(left[1], abs=0.6)
    assert center(image(y=31))[1] - center(image(y=0))[1] == pytest.approx(32, abs=1)
    np.testing.assert_array_equal(image(orientation=10), image())  # a quarter turn of a square
    assert not np.array_equal(image(orientation=5), image())
    assert len({image(shape=s).tobytes() for s in range(3)}) == 3
    # Any shape at any place stays within the picture.
    edges = draw([[s, 5, o, x, y] for s in range(3) for o in (0, 5) for x in (0, 31) for y in (0, 31)])
    assert edges[:, [0, -1]].sum() == edges[:, :, [0, -1]].sum() == 0


def test_sprites_are_the_same_everywhere():
    digest = hashlib.sha256(draw([[2, 3, 7, 5, 25], [1, 5, 33, 20, 3]]).astype("uint8").tobytes()).hexdigest()
    assert digest[:16] == SPRITES_DIGEST


SPRITES_DIGEST = "b763bd9fe5f95abb"


def test_npz_with_a_split_and_without(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, size=(20, 5, 6), dtype="uint8")
    labels = np.arange(20)
    np.savez(tmp_path / "a.npz", x_train=images[:15], x_test=images[15:], y_train=labels[:15], y_test=labels[15:])
    data = datasets.load(str(tmp_path / "a.npz"))
    check(data, (5, 6, 1))
    np.testing.assert_allclose(data.x_test[..., 0], images[15:] / 255.0, rtol=1e-6)
    np.testing.assert_array_equal(data.y_test, labels[15:])

    np.savez_compressed(tmp_path / "b.npz", images=images, subject=labels)
    data = datasets.load(tmp_path / "b.npz")
    assert len(data.x_train) == 16 and len(data.x_test) == 4
    np.testing.assert_allclose(data.x_test[..., 0], images[data.y_test] / 255.0, rtol=1e-6)
    np.savez(tmp_path / "c.npz", x=np.random.default_rng(0).random((6, 4, 4, 3)))
    check(datasets.load(tmp_path / "c.npz"), (4, 4, 3))


def test_the_real_files_load(shared_data):
    mnist = datasets.load(shared_data / "mnist.npz")
    check(mnist, (28, 28, 1))
    assert len(mnist.x_train) == 60_000 and len(mnist.x_test) == 10_000
    assert mnist.x_train.mean(dtype="float64") == pytest.approx(0.13066, abs=1e-5)
    assert mnist.x_train.var(dtype="float64") == pytest.approx(0.09493, abs=1e-5)
    check(datasets.load(shared_data / "olivetti_faces.npz"), (64, 64, 1))


def bad_files(folder):
    good = np.zeros((4, 3, 3), "uint8")
    np.savez(folder / "objects.npz", x=np.array([{"run": "me"}], dtype=object))
    np.savez(folder / "empty.npz")
    np.savez(folder / "names.npz", pixels=good)
    np.savez(folder / "range.npz", x=good + 300.0)
    np.savez(folder / "nan.npz", x=np.full((4, 3, 3), np.nan))
    np.savez(folder / "rank.npz", x=np.zeros(5))
    np.savez(folder / "labels.npz", x=good, y=np.zeros(3))
    np.savez(folder / "shapes.npz", x_train=good, x_test=np.zeros((4, 2, 2), "uint8"))
    np.savez(folder / "one.npz", x=good[:1])
    np.savez_compressed(folder / "whole.npz", x=np.random.default_rng(0).random((50, 9, 9)))
    (folder / "cut.npz").write_bytes((folder / "whole.npz").read_bytes()[:-500])
    (folder / "text.npz").write_text("no zip")
    np.save(folder / "bare.npy", good)
    (folder / "bare.npy").rename(folder / "bare.npz")
    return {
        "objects": "pickled Python objects, which are never loaded",
        "empty": "no arrays",
        "names": r"must hold the arrays 'x_train' and 'x_test', or one of .* Received: .*\['pixels'\]",
        "range": r"`x` must be of type uint8, or have finite values in \[0, 1\]. Received: float64 from 300.0",
        "nan": "finite values",
        "rank": r"`x` must have the shape .* Received: shape \(5,\)",
        "labels": r"one label for each image. Received: .* with 4 images and labels of shape \(3,\)",
        "shapes": "train and test images of one shape",
        "one": "at least 2 examples",
        "cut": "must be a whole .npz file of plain arrays",
        "text": "must be a whole .npz file of plain arrays",
        "bare": "one bare array",
        "absent": "which is no file",
    }


def test_bad_npz_files(tmp_path):
    for name, message in bad_files(tmp_path).items():
        with pytest.raises(ValueError, match=message):
            datasets.load(tmp_path / f"{name}.npz")


def test_image_folder(tmp_path):
    for label in ("cats", "dogs"):
        (tmp_path / label).mkdir()
        for i in range(5):
            Image.new("L", (30 + i, 40), color=50 if label == "cats" else 200).save(tmp_path / label / f"{i}.png")
    data = datasets.load(tmp_path, size=16)
    check(data, (16, 16, 1))
    assert len(data.x_train) == 8
    np.testing.assert_allclose(data.x_train.mean(axis=(1, 2, 3)), np.where(data.y_train == 0, 50, 200) / 255, rtol=1e-5)
    Image.new("RGB", (9, 9), color=(255, 0, 0)).save(tmp_path / "cats" / "red.jpg")
    check(datasets.load(tmp_path, size=8), (8, 8, 3))
    (tmp_path / "dogs" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="must hold whole image files. Received: .*broken.png"):
        datasets.load(tmp_path, size=8)


def test_an_empty_folder_and_an_unknown_name(tmp_path):
    with pytest.raises(ValueError, match="must be a folder with images .* which has none"):
        datasets.load(tmp_path)
    with pytest.raises(
        ValueError, match="`name` must be one of 'digits', 'sprites', 'mnist', .* Received: name='cifar'"
    ):
        datasets.load("cifar")


def test_without_a_network_the_error_names_what_works(monkeypatch, tmp_path):
    pytest.importorskip("tensorflow_datasets")
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: (_ for _ in ()).throw(OSError("no network")))
    with pytest.raises(ValueError, match="'mnist' is not prepared .* the embedded 'digits', .* a PATH.npz or a folder"):
        datasets.load("mnist", data_dir=str(tmp_path))


def test_without_tensorflow_datasets_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(ValueError, match=r"pip install 'keras-vae\[datasets\]'"):
        datasets.load("mnist")


@pytest.mark.filterwarnings("ignore")  # tensorflow-datasets' own
def test_prepared_data_are_read_through_tensorflow_datasets(tmp_path):
    """Prepare a small data set named mnist from arrays, as a download would, and read it."""
    tfds = pytest.importorskip("tensorflow_datasets")
    images = np.random.default_rng(0).integers(0, 256, size=(12, 28, 28, 1), dtype="uint8")
    examples = [(i, {"image": image, "label": i % 10}) for i, image in enumerate(images)]
    builder = tfds.dataset_builders.AdhocBuilder(
        name="mnist",
        version="3.0.1",
        features=tfds.features.FeaturesDict(
            {"image": tfds.features.Image(shape=(28, 28, 1)), "label": tfds.features.ClassLabel(num_classes=10)}
        ),
        split_datasets={"train": examples[:8], "test": examples[8:]},
        data_dir=tmp_path,
        file_format="array_record",
    )
    builder.download_and_prepare()
    data = datasets.load("mnist", data_dir=str(tmp_path))
    check(data, (28, 28, 1))
    rows = {(images[i] / np.float32(255)).astype("float32").tobytes(): i % 10 for i in range(8)}
    assert [rows[x.tobytes()] for x in data.x_train] == list(data.y_train) and len(data.x_test) == 4
