"""Linear probe, nearest neighbours, k-means, smoothness: codes whose scores are known."""

import numpy as np
import pytest

from keras_vae import evaluation

pytestmark = pytest.mark.plain

RANDOM = np.random.default_rng(0)
Y = RANDOM.integers(0, 4, size=600)
APART = np.eye(4)[Y] * 20 + RANDOM.normal(size=(600, 4))
NOISE = RANDOM.normal(size=(600, 4))


def halves(codes, y=Y):
    return codes[:300], y[:300], codes[300:], y[300:]


@pytest.mark.parametrize("score", [evaluation.linear_probe, evaluation.nearest_neighbours])
def test_accuracies(score):
    assert score(*halves(APART))["accuracy"] == 1.0
    of_noise = score(*halves(NOISE))
    assert abs(of_noise["accuracy"] - 0.25) < 4 * of_noise["accuracy_standard_error"]
    assert of_noise["accuracy_standard_error"] == pytest.approx(np.sqrt(0.25 * 0.75 / 300), rel=0.15)
    assert of_noise["chance"] == pytest.approx(np.bincount(Y[300:]).max() / 300)
    with pytest.raises(ValueError, match=r"`y_train` must hold at least 2 classes. Received: \[0\] only"):
        score(*halves(APART, np.zeros(600, int)))
    with pytest.raises(ValueError, match="`codes_test` must have as many columns as codes_train. Received: 2 and 4"):
        score(APART[:300], Y[:300], APART[300:, :2], Y[300:])
    with pytest.raises(ValueError, match="`codes_train` must be finite"):
        score(APART[:300] * np.nan, Y[:300], APART[300:], Y[300:])


def test_k_means():
    assert evaluation.k_means(APART, Y)["normalized_mutual_information"] == pytest.approx(1.0)
    assert evaluation.k_means(NOISE, Y)["normalized_mutual_information"] < 0.05
    with pytest.raises(ValueError, match="`num_clusters` must be at most 3"):
        evaluation.k_means(APART[:3], [0, 1, 1], num_clusters=4)


@pytest.mark.parametrize("latent_dim", [4, 40])
def test_the_nearest_code_is_no_matter_of_rounding(latent_dim):
    """Pairs 1e-9 apart with two labels: to each code it is itself that is nearest."""
    codes = np.repeat(np.random.default_rng(1).normal(size=(100, latent_dim)), 2, axis=0)
    codes[1::2] += 1e-9
    y = np.arange(200) % 2
    assert evaluation.nearest_neighbours(codes, y, codes, y, num_neighbours=1)["accuracy"] == 1.0


def test_neighbours_are_not_more_than_there_are():
    with pytest.raises(ValueError, match="`num_neighbours` must be at most the number of training codes, 3"):
        evaluation.nearest_neighbours(APART[:3], [0, 1, 1], APART, Y)


def test_a_linear_decoder_is_straight_and_a_circle_is_not():
    kernel = RANDOM.normal(size=(4, 30))
    result = evaluation.smoothness(lambda z: z @ kernel, NOISE, num_pairs=20, steps=8, seed=0)
    assert result["path_ratio"] == pytest.approx(1.0, abs=1e-9)
    assert result["largest_step"] == pytest.approx(1 / 8)

    def circle(z):  # half of the unit circle from z = 0 to z = 1: its length is pi, its chord 2
        return np.stack([np.cos(np.pi * z[:, 0]), np.sin(np.pi * z[:, 0])], axis=1)

    result = evaluation.smoothness(circle, np.array([[0.0], [1.0]]), num_pairs=5, steps=200, seed=0)
    assert result["path_length"] == pytest.approx(np.pi, rel=1e-4)
    assert result["path_ratio"] == pytest.approx(np.pi / 2, rel=1e-4)
    jump = evaluation.smoothness(lambda z: (z > 0.5) * 1.0, np.array([[0.0], [1.0]]), num_pairs=5, seed=0)
    assert jump["largest_step"] == 1.0 and jump["path_ratio"] == 1.0


def test_where_there_is_no_path():
    constant = evaluation.smoothness(lambda z: np.zeros((len(z), 3)), NOISE)
    assert constant["num_pairs"] == 0 and np.isnan(constant["path_ratio"])
    with pytest.raises(ValueError, match="`codes` must have at least 2 rows"):
        evaluation.smoothness(lambda z: z, NOISE[:1])
    with pytest.raises(ValueError, match="`num_pairs` must fit into memory"):
        evaluation.smoothness(lambda z: np.broadcast_to(False, (len(z), 10**9)), NOISE, num_pairs=100)
