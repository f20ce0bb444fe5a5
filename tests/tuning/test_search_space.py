import keras_tuner
import pytest

from keras_vae.tuning import SearchSpace

pytestmark = pytest.mark.plain


def test_ranges_lists_and_held_values():
    space = SearchSpace(latent_dim=(2, 10, 4), beta=(0.1, 10.0), annealing="both", width=[8, 16], learning_rate=1e-2)
    hp = keras_tuner.HyperParameters()
    assert space.values(hp) == {
        "latent_dim": 2,
        "beta": 0.1,
        "annealing": True,
        "width": 8,
        "learning_rate": 0.01,
    }
    by_name = {p.name: p for p in hp.space}
    assert list(by_name["latent_dim"].values) == [2, 6, 10]
    assert by_name["beta"].sampling == "log" and (by_name["beta"].min_value, by_name["beta"].max_value) == (0.1, 10.0)
    assert list(by_name["annealing"].values) == [True, False] and list(by_name["width"].values) == [8, 16]
    assert by_name["learning_rate"].value == 0.01
    assert SearchSpace(latent_dim=4, beta=0.0, annealing=False).values(keras_tuner.HyperParameters()) == {
        "latent_dim": 4,
        "beta": 0.0,
        "annealing": False,
        "width": None,
        "learning_rate": 1e-3,
    }
    assert space.num_points() == 3 * 10 * 2 * 2
    assert space.get_config()["latent_dim"] == {"range": [2, 10, 4]} and space.get_config()["width"] == [8, 16]


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("latent_dim", 0, "`latent_dim` must be a whole number of at least 1"),
        ("latent_dim", (8, 2), r"`latent_dim` must be an increasing range \(low, high\) or \(low, high, step\)"),
        ("latent_dim", (2.5, 8), "`latent_dim` must be an increasing range"),
        ("latent_dim", [2, 2], "`latent_dim` must be a list of different values"),
        ("latent_dim", [], "`latent_dim` must be a list of at least one allowed value"),
        ("beta", (0.0, 1.0), r"`beta` must be an increasing range \(low, high\) above 0"),
        ("beta", (0.1, 1.0, 0.1), "`beta` must be an increasing range"),
        ("beta", -1.0, "`beta` must be a number of at least 0"),
        ("beta", "1", "`beta` must be a number"),
        ("annealing", "on", '`annealing` must be True, False or "both"'),
        ("width", [0, 8], "`width` must be a list of at least one allowed value"),
        ("learning_rate", 0.0, "`learning_rate` must be a number above 0"),
    ],
)
def test_bad_ranges_are_named(name, value, message):
    with pytest.raises(ValueError, match=message):
        SearchSpace(**{name: value})
