"""One image file as an array in [0, 1]."""

import os

import numpy as np

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
COLOURS = ("P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV")
SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")


def read_image(file: str | os.PathLike, size: int, background: str, scale: int = 1) -> tuple[np.ndarray, float]:
    """Read an image, upright, cut to a square from the middle and scaled; values by the range of the file's own type.

    Args:
        file: Its path.
        size: Int, height and width of the square in pixels.
        background: "white" or "black", what is seen through transparent pixels.
        scale: Int by which 8-bit values are multiplied: 255 for those that are 0 and 1. Default 1.

    Returns:
        Float32 array in [0, 1] of shape `(size, size)`, or `(size, size, 3)` for colour, and the largest value of the
        file as a share of its type's range.

    Raises:
        ValueError: If the file is damaged, of another format, of several frames, or has values of no known range.
    """
    from PIL import Image, ImageOps  # late: only image folders need it

    try:
        with Image.open(file, formats=FORMATS) as image:
            frames = getattr(image, "n_frames", 1)
            tags = dict(getattr(image, "tag_v2", {}))
            image.load()
            upright = ImageOps.exif_transpose(image)
            if image.mode == "LAB":
                upright = upright.convert("RGB")
    except Exception as error:  # a damaged file makes Pillow's decoders raise any
        raise ValueError(f"`path` must hold whole image files. Received: {file}: {error}") from error
    if frames > 1 and image.format != "MPO":  # a camera's JPEG with previews beside the picture
        raise ValueError(f"`path` must hold images of one frame. Received: {file} with {frames} frames")
    if upright.mode in (*SIXTEEN_BITS, "I", "F"):
        values = _wide_grey(file, upright, image.format, tags)
        fitted = np.asarray(ImageOps.fit(Image.fromarray(values), (size, size)))
        return np.clip(fitted, 0.0, 1.0), float(values.max())  # bicubic scaling overshoots
    narrow = _eight_bit(file, upright, background)
    if scale != 1:
        narrow = narrow.point(lambda value: value * scale)
    extremes = np.array(narrow.getextrema())
    fitted = np.asarray(ImageOps.fit(narrow, (size, size)))
    return fitted.astype("float32") / np.float32(255.0), extremes.max() / 255


def _eight_bit(file, image, background):
    """Return an image of mode L or RGB, laid on the background where it is transparent."""
    from PIL import Image

    if image.mode not in ("1", "L", "LA", *COLOURS):
        raise ValueError(f"`path` must hold grey or colour images. Received: {file} of Pillow's mode {image.mode!r}")
    mode = "RGB" if image.mode in COLOURS else "L"
    if not image.has_transparency_data:
        return image.convert(mode)
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, background), image).convert(mode)


def _wide_grey(file, image, format_name, tags):
    """Return grey values of more than 8 bits as float32 in [0, 1]."""
    values = np.asarray(image)
    received = f"Received: {file} of Pillow's mode {image.mode!r}"
    if "transparency" in image.info:
        raise ValueError(f"`path` must hold no transparency in images of 16 bits. {received}")
    if image.mode == "F":
        if not (values.min() >= 0 and values.max() <= 1):
            raise ValueError(
                f"`path` must hold float images in [0, 1]. {received} with values from {values.min()} to {values.max()}"
            )
        return values
    # Pillow reads 16 bits of PNG and PGM as "I" too, stretched to 65535; whole numbers of 32 bits have no known range.
    if image.mode == "I" and format_name not in ("PNG", "PPM"):
        raise ValueError(f"`path` must hold grey images of 8 or 16 bits, or of floats in [0, 1]. {received}")
    bits = tags.get(258, (16,))[0]  # a TIFF's BitsPerSample: 12 is read as "I;16" as well
    values = (values / (2.0**bits - 1.0)).astype("float32")
    return 1.0 - values if tags.get(262) == 0 else values  # a TIFF's PhotometricInterpretation: 0 is white
