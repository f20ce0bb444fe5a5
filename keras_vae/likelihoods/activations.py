"""The ranges of activations."""

import math

RANGES = {
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "softmax", "sparsemax", "sparse_sigmoid"), (0.0, 1.0)),
    **dict.fromkeys(("tanh", "hard_tanh", "softsign"), (-1.0, 1.0)),
    **dict.fromkeys(("relu", "softplus", "exponential", "squareplus", "sparse_plus"), (0.0, math.inf)),
    "relu6": (0.0, 6.0),
    **dict.fromkeys(("log_sigmoid", "log_softmax"), (-math.inf, 0.0)),
    **dict.fromkeys(("elu", "celu"), (-1.0, math.inf)),
    "selu": (-1.759, math.inf),
    "gelu": (-0.17, math.inf),
    "silu": (-0.279, math.inf),
    "mish": (-0.309, math.inf),
    "hard_silu": (-0.375, math.inf),
}
UNBOUNDED = (-math.inf, math.inf)
PROBABILITIES = (0.0, 1.0)


def text(bounds: tuple[float, float]) -> str:
    """Write a range with a sign at each open end."""
    low, high = bounds
    return f"{'(' if math.isinf(low) else '['}{low:g}, {high:g}{')' if math.isinf(high) else ']'}"
