"""Where codes are drawn from, the classifier whose features compare the samples, and the table of both."""

import keras
import numpy as np
import pytest

from keras_vae import evaluation
from keras_vae.evaluation import samplers

RANDOM = np.random.default_rng(0)


def test_the_mixture_finds_its_components():
    centers = np.array([[-5.0, 0.0], [5.0, 1.0]])
    codes = centers[RANDOM.integers(0, 2, 2000)] + RANDOM.normal(size=(2000, 2)) * [0.5, 0.1]
    drawn = samplers.gaussian_mixture(codes, 4000, num_components=2, seed=1)
    for center in centers:
        near = drawn[np.abs(drawn[:, 0] - center[0]) < 2.5]
        np.testing.assert_allclose(near.mean(axis=0), center, atol=4 * 0.5 * np.sqrt(1 / 1000 + 1 / 2000))
        np.testing.assert_allclose(near.std(axis=0), [0.5, 0.1], rtol=0.1)
    assert abs(np.mean(drawn[:2000, 0] > 0) - 0.5) < 0.06  # in no order
    one = samplers.gaussian_mixture(codes, 4000, num_components=1, seed=1)
    np.testing.assert_allclose(np.cov(one.T), np.cov(codes.T), atol=0.15 * np.cov(codes.T).max())


def test_the_aggregate_posterior_has_its_moments():
    mean, log_var = RANDOM.normal(size=(50, 2)) * 3, RANDOM.normal(size=(50, 2))
    drawn = samplers.aggregate_posterior(mean, log_var, 40_000, seed=0)
    variance = mean.var(axis=0) + np.exp(log_var).mean(axis=0)
    np.testing.assert_allclose(drawn.mean(axis=0), mean.mean(axis=0), atol=4 * np.sqrt(variance.max() / 40_000))
    np.testing.assert_allclose(drawn.var(axis=0), variance, rtol=0.05)


def test_the_prior_is_the_models_own(make_vae):
    vae = make_vae(latent_dim=16)
    np.testing.assert_array_equal(vae.decode(samplers.prior(vae, 5, seed=3)), vae.sample(5, seed=3))
    drawn = samplers.prior(vae, 2000, temperature=0.5, seed=0)
    assert drawn.std() == pytest.approx(0.5, rel=0.03)
    assert np.linalg.norm(samplers.prior(vae, 200, truncation=3.0), axis=1).max() <= 3.0 + 1e-5


def test_bad_input():
    with pytest.raises(ValueError, match="`num_components` must be at most 3, the codes"):
        samplers.gaussian_mixture(np.eye(3), 5)
    with pytest.raises(ValueError, match="`n` must be a whole number of at least 1"):
        samplers.aggregate_posterior(np.eye(3), np.eye(3), 0)
    with pytest.raises(ValueError, match="`y` must hold at least 2 classes"):
        evaluation.train_classifier(np.zeros((4, 3)), np.zeros(4))


def test_the_classifier_learns(data):
    classifier = evaluation.train_classifier(data.x_train, data.y_train, num_features=32)
    assert np.mean(classifier.predict(data.x_test) == data.y_test) > 0.85
    features = classifier.features(data.x_test[:7])
    assert features.shape == (7, 32) and features.min() >= 0.0
    assert repr(classifier) == "Classifier(x=(8, 8, 1), num_features=32, num_classes=10)"
    named = evaluation.train_classifier(RANDOM.normal(size=(20, 3)), np.array(["a", "b"] * 10), epochs=1)
    assert set(named.predict(RANDOM.normal(size=(5, 3)))) <= {"a", "b"}


def test_the_table_has_a_row_for_each_sampler(make_vae, digits):
    vae = make_vae()
    few = digits[:50]
    table = evaluation.compare_samplers(vae, few, few, lambda x: x[:, 20:30], num_components=2)
    assert set(table) == {"prior", "temperature", "truncated", "gaussian mixture", "aggregate posterior", "real"}
    assert table["real"]["frechet_distance"] == pytest.approx(0.0, abs=1e-6)
    generated = vae.decode(samplers.prior(vae, 50, seed=0))
    expected = evaluation.frechet_distance(few[:, 20:30], generated[:, 20:30])["frechet_distance"]
    assert table["prior"]["frechet_distance"] == pytest.approx(expected, rel=1e-6)


def test_the_classifiers_images_are_channels_last_whatever_keras_json_says():
    x, y = RANDOM.random((20, 7, 5, 3)), np.arange(20) % 2
    before = keras.config.image_data_format()
    features = []
    try:
        for data_format in ("channels_first", "channels_last"):
            keras.config.set_image_data_format(data_format)
            features.append(evaluation.train_classifier(x, y, 4, epochs=1).features(x))
    finally:
        keras.config.set_image_data_format(before)
    np.testing.assert_allclose(*features, rtol=1e-4, atol=1e-5)
