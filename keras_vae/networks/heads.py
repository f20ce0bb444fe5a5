"""The two ends of every network: what an encoder says, and what a decoder gives."""

import math

from keras import layers

from keras_vae.arguments import whole_number


def image_shape(input_shape) -> tuple[int, ...]:
    """Return the shape of one example as a tuple of ints; raise a ValueError if it is none."""
    shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
    if not shape or any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in shape):
        raise ValueError(
            "`input_shape` must be the shape of one example without the batch, such as (28, 28, 1). "
            f"Received: input_shape={input_shape!r}"
        )
    return shape


def posterior(features, latent_dim: int):
    """Return (mean, log_var), two dense heads in float32 whatever the policy: float16 overflows in the KL."""
    latent_dim = whole_number("latent_dim", latent_dim)
    mean = layers.Dense(latent_dim, name="mean", dtype="float32")(features)
    log_var = layers.Dense(latent_dim, name="log_var", dtype="float32")(features)
    return mean, log_var


def dense_parameters(features, output_shape):
    """Return a dense layer's outputs of the given shape, in float32, without an activation."""
    flat = layers.Dense(math.prod(output_shape), name="parameters", dtype="float32")(features)
    return layers.Reshape(output_shape, name="event", dtype="float32")(flat)
