import sys

import numpy as np
import pytest

from keras_vae.datasets import sprites
from keras_vae.datasets.sprites import FACTOR_SIZES, draw

pytestmark = pytest.mark.plain


def keys(images):
    return [image.astype("uint8").tobytes() for image in images]


def test_no_image_is_given_twice_and_only_repeated_ones_are_not_those_of_the_seed():
    """The combinations are those that NumPy's choice gives (as in 0.2.0), except where an image was there already."""
    data = sprites(num_train=300, num_test=100, seed=5)
    train, test = keys(data.x_train), keys(data.x_test)
    assert len(set(train)) == 300 and len(set(test)) == 100 and not set(train) & set(test)
    chosen = np.random.default_rng(5).choice(np.prod(FACTOR_SIZES), size=400, replace=False)
    before = np.stack(np.unravel_index(chosen, FACTOR_SIZES), axis=1)
    now = np.concatenate([data.factors_train, data.factors_test])
    images = keys(draw(before))
    repeated = [i for i in range(400) if images[i] in images[:i]]
    assert repeated and [i for i in range(400) if not np.array_equal(now[i], before[i])] == repeated


def test_all_images_of_one_place(monkeypatch):
    """At one place 6 scales of 10 turned squares, 20 ellipses, 40 hearts look different, but two small ellipses do not.

    (Counted apart from the package: 720 masks of its formulas, of which 418 differ.)
    """
    monkeypatch.setattr(sys.modules["keras_vae.datasets.sprites"], "FACTOR_SIZES", (3, 6, 40, 1, 1))
    data = sprites(num_train=400, num_test=18)
    assert len({*keys(data.x_train), *keys(data.x_test)}) == 418
    hearts = data.factors_train[data.y_train == 2].shape[0] + data.factors_test[data.y_test == 2].shape[0]
    assert hearts == 6 * 40
    with pytest.raises(ValueError, match="must be at most 418, as many as differ. Received: 419"):
        sprites(num_train=400, num_test=19)


def test_bad_arguments():
    with pytest.raises(ValueError, match="`num_train` . `num_test` must be at most 4....., .* Received: 600001"):
        sprites(num_train=600_000, num_test=1)
    with pytest.raises(ValueError, match="`seed` must be a whole number of at least 0. Received: seed=-1"):
        sprites(seed=-1)
