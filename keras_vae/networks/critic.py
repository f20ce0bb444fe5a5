"""The critic: a net that tells codes of one law from those of another."""

from collections.abc import Sequence

import keras
from keras import layers

from keras_vae.arguments import at_least, whole_numbers
from keras_vae.networks import image_layers


def critic(hidden: Sequence[int] = (256, 256, 256), negative_slope: float = 0.2) -> keras.Model:
    """Make a net of dense layers with leaky rectifiers from codes of any shape to one logit.

    Args:
        hidden: Ints of at least 1, the widths of the hidden layers. Default (256, 256, 256); the paper has six of 1000.
        negative_slope: Float of at least 0, the slope of the rectifiers below 0. Default 0.2.

    Returns:
        Keras model from z to a logit, `(batch, 1)` in float32, which is built when its model is.

    Raises:
        ValueError: If a width is below 1.

    Example:
    >>> critic = keras_vae.networks.critic(hidden=(1000,) * 6)

    Reference: Kim and Mnih 2018, "Disentangling by factorising", appendix A.
    """
    slope = float(at_least("negative_slope", negative_slope, 0.0))
    net = [image_layers.Flatten()]
    for width in whole_numbers("hidden", hidden):
        net += [layers.Dense(width), layers.LeakyReLU(negative_slope=slope)]
    return keras.Sequential([*net, layers.Dense(1, dtype="float32")], name="critic")
