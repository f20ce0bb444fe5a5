"""The activation in which a decoder ends, as far as Keras' own layers say it."""

from collections.abc import Callable, Iterator

import keras
from keras import layers

# Keras' layers and operations that move values or leave them as they are.
KEEP_VALUES = {
    *("Reshape", "Flatten", "Permute", "RepeatVector", "Identity", "ActivityRegularization", "InputLayer"),
    *("Cropping1D", "Cropping2D", "Cropping3D", "UpSampling1D", "UpSampling2D", "UpSampling3D"),
    *("Transpose", "Squeeze", "ExpandDims", "Ravel", "GetItem", "Flip", "Moveaxis", "Swapaxes", "Cast"),
}
# Layers that apply their `activation` last; an LSTM, say, does not.
ACTIVATED = tuple(
    getattr(layers, name)
    for name in (
        *("Activation", "Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D"),
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
        *("SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D"),
    )
)
WRAPPERS = (layers.TimeDistributed, layers.SpectralNormalization)
# Layers and operations that are an activation: ReLU, Softmax, Sigmoid, ...
NAMES = {name.replace("_", ""): name for name in dir(keras.activations) if not name.startswith("_")}
for name in ("get", "serialize", "deserialize"):
    del NAMES[name]


def last_activation(decoder: keras.layers.Layer) -> str | None:
    """Return the name of the activation that a decoder applies last.

    Looked through are nested models, `Sequential` or functional, and layers that only move values, such as `Reshape`.

    Args:
        decoder: Keras model or layer.

    Returns:
        A name of `keras.activations`, "linear" if there is none; None if it cannot be known: a model or layer whose
        `call` is not Keras' own, an activation that is not Keras' own, several outputs side by side.

    Example:
    >>> keras_vae.models.last_activation.last_activation(decoder)
    'linear'
    """
    last, _ = last_operation(decoder)
    activation = activation_of(last)
    name = getattr(activation, "__name__", None)
    return name if name in NAMES.values() else None


def activation_of(operation: keras.Operation | None) -> Callable | None:
    """Return the function that a layer applies last, or the operation's own class where it is an activation."""
    if isinstance(operation, ACTIVATED):
        activation = operation.activation
        return activation_of(activation) if isinstance(activation, keras.layers.Layer) else activation
    name = NAMES.get(type(operation).__name__.lower())
    return getattr(keras.activations, name) if name else None


def last_operation(network: keras.Operation | None) -> tuple[keras.Operation | None, bool]:
    """Return the last layer or operation that changes values, and whether the network uses it once only.

    None stands for one that cannot be known, or for a network that changes nothing.
    """
    if network is None or not _is_keras_own(network):
        return None, False
    if isinstance(network, WRAPPERS):
        return last_operation(network.layer)
    if isinstance(network, keras.Sequential):
        steps = [(layer, network.layers.count(layer) == 1) for layer in reversed(network.layers)]
    elif isinstance(network, keras.Model):
        steps = _backwards(network)
    else:
        return network, True
    for operation, once in steps:
        if not _keeps_values(operation):
            last, once_within = last_operation(operation)
            return last, once and once_within
    return None, False


def _backwards(network: keras.Model) -> Iterator[tuple[keras.Operation, bool]]:
    """Yield a functional model's operations from its output back to where several inputs meet."""
    nodes = [node for nodes in network._nodes_by_depth.values() for node in nodes]
    outputs = network.outputs
    while len(outputs) == 1:
        operation, node_index, _ = outputs[0]._keras_history
        yield operation, sum(node.operation is operation for node in nodes) == 1
        outputs = operation._inbound_nodes[node_index].input_tensors


def _keeps_values(operation: keras.Operation) -> bool:
    if isinstance(operation, layers.Activation):
        return activation_of(operation) is keras.activations.linear
    if getattr(operation, "interpolation", "nearest") != "nearest":
        return False
    return type(operation).__name__ in KEEP_VALUES and _is_keras_own(operation)


def _is_keras_own(operation: keras.Operation) -> bool:
    """Say whether what an operation does is written in Keras, or in a layer of ours, and not in a user's subclass."""
    return type(operation).call.__module__.startswith(("keras.", "keras_vae.layers."))
