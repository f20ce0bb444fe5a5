"""Pictures show the data's own range: black is its lowest value, white its highest."""

import numpy as np
import pytest

from keras_vae import plots
from keras_vae.plots import value_ranges

pytestmark = pytest.mark.plain

RANDOM = np.random.default_rng(0)
UNIT = np.linspace(0.0, 1.0, 6 * 8 * 6).reshape(6, 8, 6, 1)  # every image is a part of one ramp from black to white
SCALES = {
    "[0, 1]": lambda u: u.astype("float32"),
    "[-1, 1]": lambda u: (2.0 * u - 1.0).astype("float32"),
    "uint8": lambda u: np.round(255 * u).astype("uint8"),
    "floats up to 255": lambda u: 255.0 * u,
}


def shown(figure):
    """Return what the figure shows: the picture between 0 (black) and 1 (white)."""
    (picture,) = figure.axes[0].get_images()
    assert picture.get_clim() == (0.0, 1.0)
    return np.asarray(picture.get_array())


@pytest.mark.parametrize("scale", SCALES)
def test_every_plot_of_images_shows_the_datas_own_range(scale):
    images = SCALES[scale](UNIT)
    line = UNIT[:, :, :, 0].transpose(1, 0, 2).reshape(8, 36)  # the six images beside each other
    figures = {
        "samples": plots.samples(images, columns=6),
        "interpolation": plots.interpolation(images),
        "traversals": plots.traversals(images[None], np.arange(6.0)),
        "manifold": plots.manifold(images[None]),
        "reconstructions": plots.reconstructions(images, images),
    }
    for name, figure in figures.items():
        picture = shown(figure)
        columns = np.arange(36) + (0 if name == "manifold" else np.arange(36) // 6)
        for row in range(0, len(picture), 9):
            np.testing.assert_allclose(picture[row : row + 8, columns], line, atol=1 / 255, err_msg=name)


def test_both_rows_of_a_reconstruction_have_the_range_of_the_data():
    x = SCALES["[-1, 1]"](UNIT)
    picture = shown(plots.reconstructions(x, 0.0 * x + 0.5))
    np.testing.assert_allclose(picture[-8:, :6], 0.75)
    dark = shown(plots.reconstructions(np.clip(x, None, -0.2), x))  # no value of the data is positive
    np.testing.assert_allclose(dark[-8:, -6:], UNIT[-1, ..., 0], atol=1e-6)
    # What a Gaussian decoder gives for data in [0, 1] leaves the range, and does not turn it.
    picture = shown(plots.reconstructions(UNIT, UNIT - 0.02))
    np.testing.assert_allclose(picture[:8, :6], UNIT[0, ..., 0])
    np.testing.assert_allclose(picture[-8:, :6], np.clip(UNIT[0, ..., 0] - 0.02, 0.0, 1.0), atol=1e-6)


def test_the_noise_of_means_does_not_turn_the_range():
    def of(u, noise=0.1):
        return value_ranges.of_means(u + noise * RANDOM.normal(size=u.shape))

    ink = np.where(RANDOM.random((9, 20, 20, 1)) < 0.2, RANDOM.random((9, 20, 20, 1)), 0.0)
    for data in (UNIT, ink, 1.0 - ink):
        assert of(data) == (0.0, 1.0)
        assert of(2.0 * data - 1.0) == (-1.0, 1.0)
    assert value_ranges.of_means(0.1 * RANDOM.normal(size=(4, 9, 9, 1))) == (-1.0, 1.0)  # grey, as of an early epoch
    light = np.where(UNIT < 0.1, -0.6, 0.5)  # in [-1, 1], negative values only a small part
    assert of(light, 0.05) == (-1.0, 1.0)
    assert value_ranges.of_means(255.0 * UNIT - 4.0) == (0.0, 255.0)


def test_binary_standardised_and_16_bit_images():
    binary = (UNIT > 0.5).astype("uint8")
    assert value_ranges.of_data(binary) == value_ranges.of_data(binary > 0) == (0.0, 1.0)
    standardised = (UNIT - UNIT.mean()) / 0.1
    assert value_ranges.of_data(standardised) == value_ranges.of_means(standardised)
    assert value_ranges.of_data(standardised) == (standardised.min(), standardised.max())
    deep = np.round(65535 * UNIT).astype("uint16")
    np.testing.assert_allclose(shown(plots.samples(deep))[:8, :6], UNIT[0, ..., 0], atol=1e-4)
    assert np.all(shown(plots.samples(np.full((1, 4, 4), 300.0))) == 1.0)
    rounded = np.float32([1e-7, 1.0]) * np.float32(2.0) - np.float32(1.0) - np.float32([-1.0, 1e-7])
    assert value_ranges.of_data(rounded) == (0.0, 1.0)


def test_a_stated_range_wins_and_values_outside_are_clipped():
    picture = shown(plots.samples(UNIT, columns=6, value_range=(0.25, 0.75)))
    np.testing.assert_allclose(picture[:, :6], np.clip(2 * UNIT[0, ..., 0] - 0.5, 0.0, 1.0), atol=1e-6)
    raw_digits = 16.0 * UNIT
    both = shown(plots.reconstructions(raw_digits, raw_digits, value_range=(0, 16)))
    np.testing.assert_allclose(both[:8, -6:], UNIT[-1, ..., 0], atol=1e-6)
    for wrong in ((1, 1), (1, 0), 255, (0, np.nan), "01", (0, 1, 2), (0, 1j)):
        with pytest.raises(ValueError, match=r"`value_range` must be None or an increasing pair .* Received: value_r"):
            plots.samples(UNIT, value_range=wrong)
    with pytest.raises(ValueError, match="`images` must be images of real numbers. Received: type complex128"):
        plots.samples(UNIT + 0j)
