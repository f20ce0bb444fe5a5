import numpy as np
import pytest
from PIL import Image

from keras_vae import datasets

pytestmark = pytest.mark.plain

RAMP = np.tile(np.linspace(0, 65535, 64).astype("uint16"), (64, 1))  # 64 grey levels, on average the middle
COLOUR = (200, 100, 50)


def load(folder, *images, ending="png", background="white", **arguments):
    """Save images and load them, in the files' order."""
    for i, image in enumerate(images):
        image.save(folder / f"{i}.{ending}", **arguments)
    data = datasets.image_folder(folder, size=images[0].size[0], background=background)
    images = np.concatenate([data.x_train, data.x_test])
    order = np.random.default_rng(0).permutation(len(images))
    num_test = len(data.x_test)
    return images[np.argsort(np.concatenate([order[num_test:], order[:num_test]]))]


@pytest.mark.parametrize(
    ("image", "ending"),
    [
        (RAMP, "png"),
        (RAMP, "tiff"),
        (RAMP.astype(">u2"), "tiff"),
        (RAMP, "pgm"),
        (RAMP.astype("int32"), "pgm"),
        ((RAMP / 65535).astype("float32"), "tiff"),
    ],
    ids=["I;16 PNG", "I;16 TIFF", "I;16B TIFF", "I;16 PGM", "I PGM", "F TIFF"],
)
def test_grey_of_more_than_8_bits_keeps_its_levels(tmp_path, image, ending):
    x = load(tmp_path, *[Image.fromarray(image)] * 2, ending=ending)
    assert x.shape == (2, 64, 64, 1) and x.dtype == np.float32
    np.testing.assert_allclose(x[0, ..., 0], RAMP / 65535, atol=1e-6)
    assert len(np.unique(x)) == 64


def test_scaling_keeps_the_precision_and_the_range(tmp_path):
    smooth = np.tile(np.linspace(20000, 20200, 128).astype("uint16"), (128, 1))
    edge = np.where(np.arange(128) < 63, 0, 65535).astype("uint16") * np.ones((128, 1), "uint16")
    for i, values in enumerate((smooth, edge)):
        Image.fromarray(values).save(tmp_path / f"{i}.png")
    data = datasets.image_folder(tmp_path, size=64)
    x = np.concatenate([data.x_train, data.x_test])
    assert x.min() == 0 and x.max() == 1  # bicubic scaling of an edge overshoots
    one = next(image for image in x if image.std() < 0.1)
    assert len(np.unique(one)) > 60 and one.mean() == pytest.approx(20100 / 65535, abs=1e-4)


def test_a_tiff_of_12_bits_and_one_whose_0_is_white(tmp_path):
    def tiff(path, bits, photometric, data):
        tags = [(256, 2), (257, 2), (258, bits), (259, 1), (262, photometric), (273, 8), (277, 1), (278, 2)]
        tags.append((279, len(data)))
        data += b"\0" * (len(data) % 2)
        entries = b"".join(
            tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little") for tag, value in tags
        )
        header = b"II*\0" + (8 + len(data)).to_bytes(4, "little")
        path.write_bytes(header + data + len(tags).to_bytes(2, "little") + entries + b"\0" * 4)

    tiff(tmp_path / "0.tif", 12, 1, bytes.fromhex("FFF000800FFF"))
    tiff(tmp_path / "1.tif", 16, 0, np.array([65535, 0, 0, 65535], "<u2").tobytes())
    data = datasets.image_folder(tmp_path, size=2)
    x = {image[0, 0, 0]: image[..., 0] for image in np.concatenate([data.x_train, data.x_test])}
    np.testing.assert_allclose(x[1.0], [[1, 0], [0x800 / 0xFFF, 1]], atol=1e-6)
    np.testing.assert_allclose(x[0.0], [[0, 1], [1, 0]], atol=1e-6)


def flat(mode, colour=None):
    return Image.new(mode, (4, 4), colour)


@pytest.mark.parametrize(
    ("image", "ending", "expected", "tolerance"),
    [
        (flat("1", 1), "png", (255,), 0),
        (flat("L", 77), "png", (77,), 0),
        (flat("LA", (77, 255)), "png", (77,), 0),
        (flat("RGB", COLOUR).convert("P"), "png", COLOUR, 6),
        (flat("RGB", COLOUR).convert("P").convert("PA"), "tiff", COLOUR, 6),
        (flat("RGB", COLOUR), "png", COLOUR, 0),
        (flat("RGBA", (*COLOUR, 255)), "png", COLOUR, 0),
        (flat("RGB", COLOUR).convert("CMYK"), "tiff", COLOUR, 1),
        (flat("RGB", COLOUR).convert("CMYK"), "jpg", COLOUR, 6),
        (flat("RGB", COLOUR).convert("YCbCr"), "tiff", COLOUR, 2),
        (flat("RGB", COLOUR).convert("LAB"), "tiff", COLOUR, 3),
    ],
    ids=lambda value: f"{value.mode}" if isinstance(value, Image.Image) else None,
)
def test_each_mode_is_scaled_by_its_own_range(tmp_path, image, ending, expected, tolerance):
    bright = Image.new("L", (4, 4), 255)
    bright.save(tmp_path / "bright.png")
    x = load(tmp_path, image, ending=ending)[0]
    assert x.shape[-1] == len(expected)
    np.testing.assert_allclose(x[0, 0] * 255, expected, atol=tolerance + 1e-4)


def test_transparent_pixels_show_the_background(tmp_path):
    image = flat("RGBA", (255, 0, 0, 0))  # red that nobody sees
    image.putpixel((0, 0), (255, 0, 0, 255))
    image.putpixel((1, 0), (255, 0, 0, 51))
    for background, grey in (("white", 1.0), ("black", 0.0)):
        x = load(tmp_path, image, image, background=background)[0]
        np.testing.assert_allclose(x[0, 0], [1, 0, 0])
        np.testing.assert_allclose(x[0, 1], [0.2 + 0.8 * grey, 0.8 * grey, 0.8 * grey], atol=0.003)
        np.testing.assert_allclose(x[2, 2], [grey] * 3)
    grey = flat("LA", (99, 0))
    assert load(tmp_path, grey, grey, background="black").max() == 0
    palette = flat("P", 3)
    palette.putpalette([10, 20, 30] * 4)
    assert load(tmp_path, palette, palette, transparency=3).min() == 1
    with pytest.raises(ValueError, match="`background` must be one of 'white', 'black'. Received: background='red'"):
        datasets.image_folder(tmp_path, background="red")
    Image.fromarray(RAMP).save(tmp_path / "0.png", transparency=0)
    with pytest.raises(ValueError, match="no transparency in images of 16 bits. Received: .*0.png"):
        datasets.image_folder(tmp_path)


def test_a_turned_photograph_is_turned_upright(tmp_path):
    image = Image.new("L", (8, 8))
    image.paste(255, (0, 0, 8, 4))  # the upper half
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter turn clockwise
    x = load(tmp_path, image, image, exif=exif)
    np.testing.assert_array_equal(x[0, ..., 0], np.tile([0, 0, 0, 0, 1, 1, 1, 1], (8, 1)))


def test_images_made_binary_as_0_and_1(tmp_path):
    bits = np.random.default_rng(0).integers(0, 2, (4, 4)).astype("uint8")
    np.testing.assert_array_equal(load(tmp_path, Image.fromarray(bits), flat("L", 0))[0, ..., 0], bits)
    coloured = np.repeat(bits[..., None], 3, axis=2)
    np.testing.assert_array_equal(load(tmp_path, Image.fromarray(coloured), flat("RGB"))[0], coloured)
    np.testing.assert_allclose(load(tmp_path, Image.fromarray(bits), flat("L", 2))[0, ..., 0], bits / 255)
    assert load(tmp_path, flat("L", 0), flat("L", 0)).max() == 0


@pytest.mark.parametrize(
    ("image", "ending", "arguments", "message"),
    [
        (Image.fromarray(RAMP.astype("int32")), "tiff", {}, "8 or 16 bits, or of floats in .* mode 'I'"),
        (Image.fromarray(np.float32(RAMP)), "tiff", {}, r"float images in \[0, 1\]. .* from 0.0 to 65535.0"),
        (Image.fromarray(np.full((4, 4), np.nan, "float32")), "tiff", {}, "from nan to nan"),
        (flat("L", 1), "gif", {"save_all": True, "append_images": [flat("L", 9)]}, "images of one frame. .* 2 frames"),
        (flat("L", 1), "webp", {"save_all": True, "append_images": [flat("L", 200)]}, "images of one frame"),
        (flat("L", 1), "png", {"save_all": True, "append_images": [flat("L", 9)]}, "images of one frame"),
        (flat("L", 1), "tiff", {"save_all": True, "append_images": [flat("L", 9)]}, "images of one frame"),
        (flat("L", 1), "png", {"format": "EPS"}, "whole image files"),
        (flat("RGB"), "png", {"format": "ICO"}, "whole image files"),
    ],
)
def test_what_has_no_known_meaning_is_refused_by_name(tmp_path, image, ending, arguments, message):
    flat("L", 5).save(tmp_path / "a.png")
    image.save(tmp_path / f"b.{ending}", **arguments)
    with pytest.raises(ValueError, match=f"`path` must hold .*{message}") as raised:
        datasets.image_folder(tmp_path)
    assert f"b.{ending}" in str(raised.value)


def test_a_mutated_image_is_refused_by_name_or_read(tmp_path):
    rng = np.random.default_rng(0)
    picture = Image.fromarray(rng.integers(0, 256, (8, 8, 3)).astype("uint8"))
    flat("L", 5).save(tmp_path / "a.png")
    for ending in ("png", "jpg", "gif", "webp", "tiff", "bmp", "ppm"):
        whole = tmp_path / f"b.{ending}"
        picture.save(whole)
        good = whole.read_bytes()
        for _ in range(12):
            bad = bytearray(good)
            for place in rng.integers(0, min(len(bad), 120), rng.integers(1, 4)):
                bad[place] = rng.integers(256)
            whole.write_bytes(bad[: rng.integers(len(bad) // 2, len(bad) + 1)])
            try:
                x = datasets.image_folder(tmp_path, size=4).x_train
            except ValueError as error:
                assert f"b.{ending}" in str(error)
            else:
                assert x.min() >= 0 and x.max() <= 1
        whole.unlink()
