"""A variable that a schedule may move."""

import keras

from keras_vae.arguments import at_least
from keras_vae.schedules.schedule import Schedule, first_value


def scheduled_variable(
    layer: keras.layers.Layer, name: str, value: float | Schedule
) -> tuple[keras.Variable, float | Schedule]:
    """Give a layer or model a variable that starts at a number or at a schedule's first value.

    Args:
        layer: The layer or model, which gets the variable, not trained, float32, as one of its weights.
        name: Text, the variable's name and the argument's.
        value: Float of at least 0, or `Schedule`.

    Returns:
        The variable, and the number or schedule.

    Raises:
        ValueError: If `value` is below 0.
    """
    value = value if isinstance(value, Schedule) else float(at_least(name, value, 0.0))
    start = keras.initializers.Constant(first_value(value))
    return layer.add_weight(name=name, shape=(), initializer=start, trainable=False, dtype="float32"), value
