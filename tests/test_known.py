"""Names: each stands for one class, in files and in arguments."""

import keras
import pytest

import keras_vae
from keras_vae import tuning
from keras_vae.known import Known

# What files of 0.2.0 say.
OF_0_2_0 = {
    **{name: keras_vae.likelihoods for name in ("Bernoulli", "ContinuousBernoulli", "DiscretizedLogistic")},
    **{name: keras_vae.likelihoods for name in ("Gaussian", "Laplace")},
    **{name: keras_vae.schedules for name in ("Constant", "Cosine", "Cyclical", "Linear", "Sigmoid")},
    **{name: keras_vae.layers for name in ("KLDivergence", "Sampling")},
    "StandardNormal": keras_vae.priors,
    "VAE": keras_vae,
}


def test_the_names_of_0_2_0_stand_for_the_same_classes():
    assert len(OF_0_2_0) == 14
    for name, room in OF_0_2_0.items():
        assert keras.saving.get_registered_object(f"keras_vae>{name}") is getattr(room, name)


def test_a_registered_name_stands_for_one_class():
    """A second class of the same name would silently take the first one's place in files."""
    ours = {n: c for n, c in keras.saving.get_custom_objects().items() if c.__module__.startswith("keras_vae")}
    assert len(ours) >= 20
    for name, cls in ours.items():
        assert keras.saving.get_registered_name(cls) == name
        assert name.split(">")[0] in ("keras_vae", ".".join(cls.__module__.split(".")[:2]))


@pytest.mark.parametrize("room", ["bounds", "likelihoods", "posteriors", "priors", "schedules"])
def test_a_short_name_stands_for_an_instance(room):
    module = getattr(keras_vae, room)
    for name, cls in module.known.classes.items():
        arguments = {"duration": 3} if room == "schedules" and name != "constant" else {}
        assert type(module.get(name, **arguments)) is cls


def test_a_score_stands_for_its_objective():
    for name in tuning.objectives.NAMES:
        assert tuning.objectives.get(name).name == ("elbo" if name == "rate_distortion" else name)


def test_a_class_of_ones_own():
    known = Known("keras_vae.tests")

    @known("mine")
    class Mine:
        def get_config(self):
            return {}

    @known()
    class Nameless(Mine):
        pass

    assert isinstance(known.get("role", "mine", Mine), Mine)
    assert isinstance(known.get("role", None, Mine, default="mine"), Mine)
    assert keras.saving.get_registered_name(Nameless) == "keras_vae.tests>Nameless"
    for name in (None, "nameless", 3, [], Mine):
        with pytest.raises(ValueError, match="`role` must be one of 'mine'. Received: role="):
            known.get("role", name, Mine)
