"""A model's files are replaced at once, in the formats that can be loaded again."""

import pathlib

import keras
import numpy as np
import pytest


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture(scope="module")
def vae(make_vae, digits):
    keras.utils.set_random_seed(0)
    vae = make_vae()
    vae.fit(digits[:64], batch_size=32, verbose=0)
    return vae


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_a_saved_model_and_saved_weights_give_the_same_codes(vae, make_vae, digits, tmp_path, kind):
    vae.save(kind(tmp_path / "vae.keras"))
    vae.save_weights(kind(tmp_path / "vae.weights.h5"))
    other = make_vae()
    other.load_weights(tmp_path / "vae.weights.h5")
    for loaded in (keras.models.load_model(tmp_path / "vae.keras"), other):
        np.testing.assert_array_equal(loaded.encode(digits)[0], vae.encode(digits)[0])
        assert int(loaded.optimizer.iterations.numpy()) == 2
    assert names(tmp_path) == ["vae.keras", "vae.weights.h5"]


@pytest.mark.parametrize(("save", "name"), [("save", "vae.keras"), ("save_weights", "vae.weights.h5")])
def test_an_error_or_an_interrupt_while_saving_leaves_the_old_file(vae, tmp_path, monkeypatch, save, name):
    path = tmp_path / name
    getattr(vae, save)(path)
    old = path.read_bytes()
    inode = path.stat().st_ino
    for error in (KeyboardInterrupt, MemoryError):

        def broken(*_, error=error):
            raise error

        with monkeypatch.context() as patched, pytest.raises(error):
            patched.setattr(vae.sampling, "save_own_variables", broken)
            getattr(vae, save)(path)
        assert path.read_bytes() == old and names(tmp_path) == [name]
    getattr(vae, save)(path)
    assert path.stat().st_ino != inode  # another file has taken its place


@pytest.mark.parametrize(("save", "name"), [("save", "vae.keras"), ("save_weights", "vae.weights.h5")])
def test_a_full_disk_leaves_the_old_file_and_names_it(vae, tmp_path, full_disk, save, name):
    path = tmp_path / name
    getattr(vae, save)(path)
    old = path.read_bytes()
    for size in (0, 100, len(old) // 2, len(old) - 1):
        with full_disk(size), pytest.raises(OSError, match=f"File too large: .*{name}'"):
            getattr(vae, save)(path)
        assert path.read_bytes() == old and names(tmp_path) == [name]


@pytest.mark.parametrize(("save", "name"), [("save", "vae.keras"), ("save_weights", "vae.weights.h5")])
def test_overwrite_false_asks_before_a_file_is_replaced(vae, tmp_path, monkeypatch, save, name):
    path = tmp_path / name
    asked = []
    answers = iter(["n", "y"])
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(answers))
    getattr(vae, save)(path, overwrite=False)
    old = path.read_bytes()
    assert not asked
    getattr(vae, save)(path, overwrite=False)
    assert path.read_bytes() == old and str(path) in asked[0]
    path.write_bytes(b"")
    getattr(vae, save)(path, overwrite=False)
    assert path.stat().st_size == len(old) and len(asked) == 2


@pytest.mark.parametrize(
    ("save", "name", "arguments", "message"),
    [
        ("save", "vae.h5", {}, "`filepath` must end in '.keras', .*Received: filepath='.*vae.h5'"),
        ("save", "vae", {}, "`filepath` must end in '.keras'"),
        ("save", "vae.keras", {"zipped": False}, "`zipped` must be None or True.*Received: zipped=False"),
        ("save", "vae.keras", {"depth": 3}, "depth"),
        ("save_weights", "vae.h5", {}, "must end in `.weights.h5`.*Received: filepath=.*vae.h5"),
        ("save_weights", "vae.weights.h5", {"max_shard_size": 1}, "`max_shard_size` must be None.*max_shard_size=1"),
    ],
)
def test_what_cannot_be_loaded_again_is_refused(make_vae, tmp_path, save, name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(make_vae(), save)(tmp_path / name, **arguments)
    assert names(tmp_path) == []


def test_a_folder_that_is_not_there_is_named(make_vae, tmp_path):
    for save, name in (("save", "vae.keras"), ("save_weights", "vae.weights.h5")):
        with pytest.raises(FileNotFoundError, match=f"absent/{name}"):
            getattr(make_vae(), save)(tmp_path / "absent" / name)


@pytest.mark.parametrize("weights", [False, True])
def test_keras_model_checkpoint_replaces_at_once(make_vae, digits, tmp_path, weights):
    vae = make_vae()
    path = tmp_path / ("vae.weights.h5" if weights else "vae.keras")
    inodes = []
    vae.fit(
        digits[:64],
        epochs=2,
        verbose=0,
        callbacks=[
            keras.callbacks.ModelCheckpoint(path, save_weights_only=weights),
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: inodes.append(path.stat().st_ino)),
        ],
    )
    assert len(set(inodes)) == 2 and names(tmp_path) == [path.name]
    vae.load_weights(path)
