"""The classifier whose features compare samples."""

import keras
import numpy as np
import pytest

from keras_vae.models import train_classifier

RANDOM = np.random.default_rng(0)


def test_the_classifier_learns(data):
    classifier = train_classifier(data.x_train, data.y_train, num_features=32)
    assert np.mean(classifier.predict(data.x_test) == data.y_test) > 0.85
    features = classifier.features(data.x_test[:7])
    assert features.shape == (7, 32) and features.min() >= 0.0
    assert repr(classifier) == "Classifier(x=(8, 8, 1), num_features=32, num_classes=10)"
    named = train_classifier(RANDOM.normal(size=(20, 3)), np.array(["a", "b"] * 10), epochs=1)
    assert set(named.predict(RANDOM.normal(size=(5, 3)))) <= {"a", "b"}


def test_the_classifiers_images_are_channels_last_whatever_keras_json_says():
    x, y = RANDOM.random((20, 7, 5, 3)), np.arange(20) % 2
    before = keras.config.image_data_format()
    features = []
    try:
        for data_format in ("channels_first", "channels_last"):
            keras.config.set_image_data_format(data_format)
            features.append(train_classifier(x, y, 4, epochs=1).features(x))
    finally:
        keras.config.set_image_data_format(before)
    np.testing.assert_allclose(*features, rtol=1e-4, atol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match="`y` must hold at least 2 classes"):
        train_classifier(np.zeros((4, 3)), np.zeros(4))
