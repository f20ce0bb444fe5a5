"""One decoder, z -> Dense(8, relu) -> Dense(64, ending in an activation), written in the ways that users write it."""

import keras
from keras import layers, ops


def hidden(z):
    return layers.Dense(8, activation="relu", name="hidden")(z)


def of_layer(activation):
    z = keras.Input((2,))
    return keras.Model(z, layers.Dense(64, activation=activation, name="out")(hidden(z)))


def of_activation_layer(activation):
    z = keras.Input((2,))
    return keras.Model(z, layers.Activation(activation)(layers.Dense(64, name="out")(hidden(z))))


def of_moved_values(activation):
    z = keras.Input((2,))
    h = layers.Reshape((8, 10))(layers.Dense(80, activation=activation, name="out")(hidden(z)))
    h = layers.Permute((2, 1))(layers.Cropping1D((0, 0))(layers.Permute((2, 1))(h)))
    return keras.Model(z, layers.Flatten()(h[:, :, 1:-1]))


def of_policy(activation):
    """Keras' guide to mixed precision ends a net so."""
    z = keras.Input((2,))
    h = layers.Dense(64, activation=activation, name="out")(hidden(z))
    return keras.Model(z, layers.Activation("linear", dtype="float32")(h))


def of_sequential(activation):
    return keras.Sequential(
        [layers.Dense(8, activation="relu"), layers.Dense(64), layers.Activation(activation), layers.Flatten()]
    )


def of_nested_models(activation):
    z, h = keras.Input((2,)), keras.Input((8,))
    head = keras.Sequential([layers.Dense(64, activation=activation, name="out"), layers.Identity()])
    return keras.Model(z, layers.Reshape((64,))(keras.Model(h, head(h))(hidden(z))))


def of_operation(activation):
    z = keras.Input((2,))
    return keras.Model(z, ops.reshape(getattr(ops, activation)(layers.Dense(64, name="out")(hidden(z))), (-1, 64)))


def of_function(activation):
    z = keras.Input((2,))
    return keras.Model(z, getattr(keras.activations, activation)(layers.Dense(64, name="out")(hidden(z))))


def of_wrapper(activation):
    z = keras.Input((2,))
    h = layers.TimeDistributed(layers.Dense(16, activation=activation))(layers.Reshape((4, 2))(hidden(z)))
    return keras.Model(z, layers.Flatten()(h))


@keras.saving.register_keras_serializable(package="tests")
class OwnDecoder(keras.Model):
    """A decoder of which nobody but its author knows where it ends."""

    def __init__(self, activation="linear", **kwargs):
        super().__init__(**kwargs)
        self.first, self.second = layers.Dense(8, activation="relu"), layers.Dense(64)
        self.activation = keras.activations.get(activation)

    def call(self, z):
        return self.activation(self.second(self.first(z)))


ALL = [
    of_layer,
    of_activation_layer,
    of_moved_values,
    of_policy,
    of_sequential,
    of_nested_models,
    of_operation,
    of_function,
    of_wrapper,
]
