import struct
import zipfile

import numpy as np
import pytest

from keras_vae import datasets

pytestmark = pytest.mark.plain

X = np.random.default_rng(0).integers(0, 256, (6, 4, 4), dtype="uint8")


def write(path, compression=zipfile.ZIP_STORED, **members):
    """Write an .npz file from arrays, or from bytes as they shall stand in it."""
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, value in members.items():
            with file.open(f"{name}.npy", "w") as stream:
                if isinstance(value, bytes):
                    stream.write(value)
                else:
                    np.lib.format.write_array(stream, value)
    return path


def header(shape, dtype="|u1", version=(1, 0), padding=0):
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}{' ' * padding}\n".encode()
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version == (1, 0) else "<I", len(text)) + text


def test_binary_images_of_8_bits_are_taken_as_they_are(tmp_path):
    bits = np.random.default_rng(0).integers(0, 2, (20, 4, 4), dtype="uint8")
    np.savez(tmp_path / "a.npz", x_train=bits[:15], x_test=bits[15:])
    data = datasets.npz(tmp_path / "a.npz")
    np.testing.assert_array_equal(data.x_train[..., 0], bits[:15])
    np.savez(tmp_path / "a.npz", x_train=bits[:15], x_test=np.zeros_like(bits[15:]))
    assert datasets.npz(tmp_path / "a.npz").x_train.max() == 1
    # Both splits are treated alike: one bright pixel of the test split says that the values go up to 255.
    bright = bits[15:].copy()
    bright[0, 0, 0] = 255
    np.savez(tmp_path / "a.npz", x_train=bits[:15], x_test=bright)
    data = datasets.npz(tmp_path / "a.npz")
    np.testing.assert_allclose(data.x_train[..., 0], bits[:15] / 255, rtol=1e-6)
    assert data.x_test.max() == 1
    np.savez(tmp_path / "a.npz", x=np.zeros_like(bits))
    assert datasets.npz(tmp_path / "a.npz").x_train.max() == 0
    np.savez(tmp_path / "a.npz", x=bits.astype(bool))
    assert datasets.npz(tmp_path / "a.npz").x_train.max() == 1


def test_only_the_arrays_that_are_asked_for_are_read(tmp_path):
    path = write(tmp_path / "a.npz", x_train=X, x_test=X, x=b"damaged", notes=np.array([{"run": "me"}], dtype=object))
    assert len(datasets.npz(path).x_train) == 6
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("README.txt", "no array")
    assert len(datasets.npz(path).x_train) == 6


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [">f4", "<f2", "<f8", "|b1"])
def test_every_order_and_type_is_read_as_numpy_reads_it(tmp_path, order, dtype):
    x = np.asarray((X > 99).astype(dtype), order=order)
    write(tmp_path / "a.npz", zipfile.ZIP_DEFLATED, x_train=x, x_test=x, y_train=np.array(list("abcdef")), y_test=X)
    data = datasets.npz(tmp_path / "a.npz")
    np.testing.assert_array_equal(data.x_train[..., 0], X > 99)
    assert list(data.y_train) == list("abcdef") and data.y_train.flags.writeable


def test_the_size_is_bounded_before_anything_is_unpacked(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x_train=np.zeros((40, 50, 50), "uint8"), x_test=np.zeros((4, 50, 50), "uint8"))
    assert path.stat().st_size < 2000
    with pytest.raises(ValueError, match=r"at most max_bytes=50000 bytes. .*a.npz with x_train of 100000 bytes, x_tes"):
        datasets.load(path, max_bytes=50_000)
    assert len(datasets.load(path, max_bytes=110_000).x_train) == 40
    with pytest.raises(ValueError, match="`max_bytes` must be a whole number of at least 1. Received: max_bytes=0"):
        datasets.npz(path, max_bytes=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (header((10**12, 4, 4)), "must have 16000000000000 bytes of values, and has not"),
        (header((6, 4, 4)) + X.tobytes() + b"more", "must have 96 bytes of values, and has not"),
        (header((6, -4, 4)) + X.tobytes(), r"an array of shape \(6, -4, 4\)"),
        (header((6, 4, 4), padding=20_000, version=(2, 0)) + X.tobytes(), "an array with a header of 200.. bytes"),
        (header((6, 4, 4), version=(9, 9)) + X.tobytes(), r"an array of format \(9, 9\)|version"),
        (header("(6, 4, ") + X.tobytes(), "must be a whole .npz file"),
        (header((6, 4, 4), "bad") + X.tobytes(), "must be a whole .npz file"),
        (header((6, 4, 4), "|O") + b"\x80\x04N.", "it holds pickled Python objects, which are never loaded"),
        (b"\x93NUMPY\x01\x00\xff\xff", "must be a whole .npz file"),
        (b"", "must be a whole .npz file"),
        (header((10**12,), "<U0"), "`x` must have the shape"),
        (header((6, 0, 4)), r"`x` must have the shape .* Received: shape \(6, 0, 4\)"),
        (header((6, 4, 4), "<c8") + bytes(8 * 96), "`x` must be of type uint8, .* Received: complex64"),
    ],
)
def test_damaged_arrays(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        datasets.npz(write(tmp_path / "a.npz", x=content))


@pytest.mark.parametrize("damage", ["checksum", "packing", "password"])
def test_damaged_members(tmp_path, damage):
    content = bytearray(write(tmp_path / "a.npz", x=X).read_bytes())
    place = content.rindex(b"PK\x01\x02")
    if damage == "checksum":
        content[content.index(X.tobytes()[:8])] ^= 1
    elif damage == "packing":
        content[place + 10] = content[8] = 99
    else:
        content[place + 8] |= 1
        content[6] |= 1
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match="must be a whole .npz file of plain arrays. Received: .*a.npz"):
        datasets.npz(tmp_path / "a.npz")


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_mutated_file_is_refused_by_name_or_read(tmp_path, compression):
    rng = np.random.default_rng(compression)
    path = write(tmp_path / "mutated.npz", compression, x_train=X, x_test=X, y_train=np.arange(6), y_test=np.arange(6))
    good = path.read_bytes()
    for _ in range(150):
        bad = bytearray(good)
        for place in rng.integers(0, len(bad), rng.integers(1, 6)):
            bad[place] = rng.integers(256)
        path.write_bytes(bad[: rng.integers(len(bad) // 4, len(bad) + 1)] if rng.random() < 0.2 else bad)
        try:
            data = datasets.npz(path)
        except ValueError as error:
            assert "mutated.npz" in str(error) or "`x" in str(error)
        else:
            np.testing.assert_array_equal(data.x_train[..., 0], (X / np.float32(255)).astype("float32"))


@pytest.mark.parametrize("value", [0, 1, 1.5, 1e30, -0.1, float("nan"), True, "half", None, np.zeros(2)])
def test_the_test_fraction(tmp_path, value):
    np.savez(tmp_path / "a.npz", x=X)
    with pytest.raises(ValueError, match="`test_fraction` must be a number above 0 and below 1. Received: test_frac"):
        datasets.npz(tmp_path / "a.npz", test_fraction=value)
    assert len(datasets.npz(tmp_path / "a.npz", test_fraction=np.float32(0.5)).x_test) == 3


@pytest.mark.parametrize("value", [None, 3, X, ["a.npz"]])
def test_a_path_is_a_path(value):
    for load, name in ((datasets.npz, "path"), (datasets.image_folder, "path"), (datasets.load, "name")):
        with pytest.raises(ValueError, match=f"`{name}` must be a path. Received: {name}="):
            load(value)
