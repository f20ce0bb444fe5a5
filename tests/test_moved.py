"""Old public names say where the things are now."""

import pytest

import keras_vae

pytestmark = pytest.mark.plain


@pytest.mark.parametrize(
    ("room", "name", "now"),
    [
        ("distributions", "batch", "keras_vae.batch"),
        ("evaluation", "samplers", "keras_vae.samplers"),
        ("evaluation", "train_classifier", "keras_vae.models.train_classifier"),
        ("evaluation", "train_autoencoder", "keras_vae.Autoencoder.like(vae), with `fit` and `adapt`"),
        ("evaluation", "aggregate_kl", "keras_vae.evaluation.mutual_information, whose result holds `aggregate_kl`"),
    ],
)
def test_an_old_name_says_the_new_one(room, name, now):
    with pytest.raises(AttributeError) as error:
        getattr(getattr(keras_vae, room), name)
    assert str(error.value) == f"keras_vae.{room}.{name} is now {now}"


def test_a_name_that_never_was_is_an_error_as_everywhere():
    with pytest.raises(AttributeError, match="module 'keras_vae.evaluation' has no attribute 'elbow'"):
        _ = keras_vae.evaluation.elbow
