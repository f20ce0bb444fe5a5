"""TensorFlow's fused kernel of Adam, on the slots of Keras' Adam."""

import functools

import keras
import tensorflow as tf

from keras_vae.training import optimizers


def fuse(optimizer: keras.optimizers.Optimizer) -> None:
    """Let each Adam and AdamW within an optimizer update each of its variables by one TensorFlow kernel.

    Only the update itself changes: clipping, weight decay, averages, accumulation and scaling stay Keras', as do the
    slots. AMSGrad, variables of other types than float32, sparse gradients and other optimizers are updated as Keras
    does it.

    Args:
        optimizer: `keras.optimizers.Optimizer` of a model on one replica.
    """
    for adam in optimizers.plain_adams(optimizer):
        vars(adam)["update_step"] = functools.partial(_update, adam)


def _update(adam: keras.optimizers.Adam, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
    if isinstance(gradient, tf.IndexedSlices) or variable.dtype != tf.float32:
        type(adam).update_step(adam, gradient, variable, learning_rate)
        return
    place = adam._get_variable_index(variable)
    step = tf.cast(keras.ops.convert_to_tensor(adam.iterations), tf.float32) + 1.0
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=adam._momentums[place].value.handle,
        v=adam._velocities[place].value.handle,
        beta1_power=tf.pow(adam.beta_1, step),
        beta2_power=tf.pow(adam.beta_2, step),
        lr=tf.cast(learning_rate, tf.float32),
        beta1=adam.beta_1,
        beta2=adam.beta_2,
        epsilon=adam.epsilon,
        grad=gradient,
    )
