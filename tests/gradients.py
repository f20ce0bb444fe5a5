"""The gradient of a function of arrays, on whichever backend is under test."""

import keras
import numpy as np


def gradients(function, *arrays):
    """Return the gradients of the scalar `function(*tensors)` with respect to each array."""
    arrays = [np.asarray(array, dtype="float32") for array in arrays]
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return [np.asarray(g) for g in jax.grad(function, argnums=tuple(range(len(arrays))))(*arrays)]
    if backend == "tensorflow":
        import tensorflow as tf

        tensors = [tf.Variable(array) for array in arrays]
        with tf.GradientTape() as tape:
            value = function(*[tf.convert_to_tensor(t) for t in tensors])
        return [g.numpy() for g in tape.gradient(value, tensors)]
    import torch

    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    return [g.numpy() for g in torch.autograd.grad(function(*tensors), tensors)]
