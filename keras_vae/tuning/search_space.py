"""The space of a search."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import keras_tuner

from keras_vae.arguments import at_least, whole_number

LATENT_DIM, BETA, ANNEALING, WIDTH, LEARNING_RATE = "latent_dim", "beta", "annealing", "width", "learning_rate"


@dataclass(frozen=True)
class SearchSpace:
    """The ranges of a search over VAEs.

    Each argument is one value, which is held; a list, of which a trial takes one; or a tuple, a range. Ranges of
    whole numbers are `(low, high)` or `(low, high, step)`, both ends included; ranges of other numbers `(low, high)`,
    searched on a log scale (grid search takes ten values of it).

    Args:
        latent_dim: Int, list of ints or range, of at least 1. Default (2, 32).
        beta: Float of at least 0, list of floats or range above 0: the weight of the KL. Default (0.1, 10.0).
        annealing: True, False or "both": whether beta rises linearly from 0 at the training's beginning. Default
            "both".
        width: None (the network's own), int, list of ints or range, of at least 1: the width of the networks' hidden
            layers. Default None.
        learning_rate: Float above 0, list of floats or range. Default 1e-3.

    Raises:
        ValueError: If a value is below its bound, a list is empty, or a range is not increasing.

    Example:
    >>> space = keras_vae.tuning.SearchSpace(latent_dim=[2, 4, 8, 16], beta=(0.1, 10.0), annealing=True)
    """

    latent_dim: int | Sequence[int] = (2, 32)
    beta: float | Sequence[float] = (0.1, 10.0)
    annealing: bool | str = "both"
    width: int | Sequence[int] | None = None
    learning_rate: float | Sequence[float] = 1e-3

    def __post_init__(self):
        """Check the ranges."""
        whole = {LATENT_DIM, WIDTH}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == ANNEALING:
                if not isinstance(value, bool) and not (isinstance(value, str) and value == "both"):
                    raise ValueError(f'`annealing` must be True, False or "both". Received: annealing={value!r}')
            elif value is not None or field.name != WIDTH:
                _check(field.name, value, whole=field.name in whole)

    def values(self, hp: keras_tuner.HyperParameters) -> dict:
        """Register the hyper-parameters with keras-tuner's `HyperParameters`, and return a trial's values.

        Args:
            hp: `keras_tuner.HyperParameters`.

        Returns:
            Dict from each argument's name to its value in this trial.
        """
        return {
            LATENT_DIM: _whole(hp, LATENT_DIM, self.latent_dim),
            BETA: _number(hp, BETA, self.beta),
            ANNEALING: _switch(hp, ANNEALING, self.annealing),
            WIDTH: None if self.width is None else _whole(hp, WIDTH, self.width),
            LEARNING_RATE: _number(hp, LEARNING_RATE, self.learning_rate),
        }

    def num_points(self) -> int:
        """Return how many points a grid search takes of the space: every combination, ten values of a log range."""
        hp = keras_tuner.HyperParameters()
        self.values(hp)
        return math.prod(len(list(hyperparameter.values)) for hyperparameter in hp.space)

    def get_config(self) -> dict:
        """Return the arguments in a form that JSON can hold; a range is written as a dict."""
        return {name: {"range": list(v)} if isinstance(v, tuple) else v for name, v in asdict(self).items()}


def _check(name, value, whole):
    if isinstance(value, tuple):
        lengths = (2, 3) if whole else (2,)
        if len(value) not in lengths or not _good(name, value, whole, strict=True) or value[0] >= value[1]:
            shape = "(low, high) or (low, high, step)" if whole else "(low, high)"
            raise ValueError(f"`{name}` must be an increasing range {shape} above 0. Received: {name}={value!r}")
    elif isinstance(value, list):
        if not value or not _good(name, value, whole):
            raise ValueError(f"`{name}` must be a list of at least one allowed value. Received: {name}={value!r}")
        if len(set(value)) < len(value):
            raise ValueError(f"`{name}` must be a list of different values. Received: {name}={value!r}")
    else:
        _check_value(name, value, whole)


def _check_value(name, value, whole, strict=False):
    if whole:
        whole_number(name, value)
    else:
        at_least(name, value, 0.0, strict=strict or name == LEARNING_RATE)


def _good(name: str, values: Sequence[float], whole: bool, strict: bool = False) -> bool:
    try:
        for value in values:
            _check_value(name, value, whole, strict)
    except ValueError:
        return False
    return True


def _whole(hp, name, value):
    if isinstance(value, tuple):
        low, high, *step = (int(number) for number in value)
        return hp.Int(name, low, high, step=step[0] if step else 1)
    return hp.Choice(name, [int(v) for v in value]) if isinstance(value, list) else hp.Fixed(name, int(value))


def _number(hp, name, value):
    if isinstance(value, tuple):
        return hp.Float(name, float(value[0]), float(value[1]), sampling="log")
    return hp.Choice(name, [float(v) for v in value]) if isinstance(value, list) else hp.Fixed(name, float(value))


def _switch(hp, name, value):
    return hp.Fixed(name, value) if isinstance(value, bool) else hp.Boolean(name, default=True)
