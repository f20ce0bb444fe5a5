"""A small classifier, whose last hidden layer gives features."""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices, randomness
from keras_vae.arrays.forward import forward
from keras_vae.datasets import Batches
from keras_vae.types import ArrayLike


@dataclass(frozen=True)
class Classifier:
    """A trained classifier of images.

    Args:
        probabilities: Keras model from x to the probability of each class.
        hidden: Keras model from x to the last hidden layer.
        classes: Array of the labels, in the order of the probabilities.
    """

    probabilities: keras.Model
    hidden: keras.Model
    classes: np.ndarray

    def __repr__(self) -> str:
        """Return the shapes, and how many classes there are."""
        shape, num_features = self.hidden.input_shape[1:], self.hidden.output_shape[-1]
        return f"{type(self).__name__}(x={shape}, num_features={num_features}, num_classes={len(self.classes)})"

    def features(self, x: ArrayLike, batch_size: int = 256) -> np.ndarray:
        """Return the last hidden layer of each image, a float32 array of shape `(n, num_features)`."""
        return forward(self.hidden, x, batch_size)

    def predict(self, x: ArrayLike, batch_size: int = 256) -> np.ndarray:
        """Return the most probable label of each image, an array of shape `(n,)`."""
        return self.classes[forward(self.probabilities, x, batch_size).argmax(axis=1)]


def train_classifier(
    x: ArrayLike, y: ArrayLike, num_features: int = 64, epochs: int = 10, batch_size: int = 128, seed: int | None = 0
) -> Classifier:
    """Train a small convolutional classifier on labelled data, or a dense one where x is not images.

    Distances between its features are comparable only with those of the same trained classifier.

    Args:
        x: Array of shape `(n, height, width, channels)` or `(n, features)`, of about unit range.
        y: Array of shape `(n,)`, labels of at least two classes.
        num_features: Int of at least 1, the width of its last hidden layer. Default 64.
        epochs: Int of at least 1. Default 10.
        batch_size: Int of at least 1. Default 128.
        seed: Int, or None, which draws anew at each call; of the initial weights and the order. Default 0.

    Returns:
        A `Classifier`, with `features(x)` and `predict(x)`.

    Raises:
        ValueError: If the arrays do not fit, or there is one class only.

    Example:
    >>> classifier = keras_vae.models.train_classifier(x_test, y_test, epochs=1)
    >>> features = classifier.features(x_test)
    """
    matrices.flat("x", x)
    x = np.asarray(matrices.data("x", x), "float32")
    num_features, epochs = whole_number("num_features", num_features), whole_number("epochs", epochs)
    batch_size, seed = whole_number("batch_size", batch_size), randomness.state(seed)
    y = matrices.labels("y", y, len(x))
    classes, target = np.unique(y, return_inverse=True)
    inputs = keras.Input(x.shape[1:])
    h, number = inputs, iter(range(10))

    def initializer():
        return keras.initializers.HeNormal(seed=None if seed is None else 10 * seed + next(number))

    if x.ndim == 4:
        for width in (16, 32):
            h = layers.Conv2D(
                width, 3, 2, "same", "channels_last", activation="relu", kernel_initializer=initializer()
            )(h)
    h = layers.Flatten(data_format="channels_last")(h)
    h = layers.Dense(num_features, "relu", kernel_initializer=initializer())(h)
    outputs = layers.Dense(len(classes), "softmax", kernel_initializer=initializer(), dtype="float32")(h)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    # Batches of one shape in an order of their own: Keras' shuffle draws from the global random state.
    order = int(randomness.generator("classifier", seed).integers(2**31))
    batches = Batches((x, target), batch_size, order, remainder="pad")
    model.fit(batches, epochs=epochs, shuffle=False, verbose=0)
    return Classifier(model, keras.Model(inputs, h), classes)
