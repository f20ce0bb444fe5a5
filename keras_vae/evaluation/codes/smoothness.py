"""The length of decoded paths between codes."""

from collections.abc import Callable

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices, memory, randomness
from keras_vae.evaluation.protocol import checks
from keras_vae.evaluation.statistics.estimate import mean_with_error
from keras_vae.rows import as_rows
from keras_vae.types import ArrayLike


def smoothness(
    decode: Callable[[np.ndarray], ArrayLike],
    codes: ArrayLike,
    num_pairs: int = 200,
    steps: int = 16,
    seed: int | None = 0,
) -> dict:
    """Measure the length of the decoded path between pairs of codes, and how much longer it is than the chord.

    Args:
        decode: Function from codes, `(n, latent_dim)`, to data, `(n, ...)`, such as `vae.decode`.
        codes: Array of shape `(n, latent_dim)`, at least two rows, such as posterior means.
        num_pairs: Int of at least 1, random pairs of codes. Default 200.
        steps: Int of at least 1, into how many pieces the line between two codes is cut. Default 16.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `path_length`, in the unit of the data (the Euclidean norm over a whole image), `path_ratio`, the length
        divided by the distance between the two ends: 1 is straight, more is a detour, and `largest_step`, the
        largest piece's share of the length (1 / steps if even, 1 if all changes in one jump), each with its standard
        error over the pairs whose ends decode differently; `num_pairs`, how many these are (of none, from a decoder
        that ignores its code, the scores are NaN), `steps`, `seed`.

    Raises:
        ValueError: If an argument is out of its range, or the codes are not finite.

    Example:
    >>> keras_vae.evaluation.smoothness(vae.decode, vae.encode(x_test)[0], num_pairs=10)["path_ratio"]

    Reference: Arvanitidis et al. 2018, "Latent space oddity", equation 4, for a straight line cut into pieces.
    """
    shape = as_rows("codes", codes).shape[1:]
    codes = matrices.vectors("codes", codes, low_rows=2)
    num_pairs = whole_number("num_pairs", num_pairs)
    steps = whole_number("steps", steps)
    memory.require("num_pairs", num_pairs, 8 * num_pairs * (steps + 1) * codes.shape[1])
    random = randomness.generator("smoothness", seed)
    pairs = np.stack([random.choice(len(codes), 2, replace=False) for _ in range(num_pairs)])
    start, end = codes[pairs[:, :1]], codes[pairs[:, 1:]]
    line = start + np.linspace(0.0, 1.0, steps + 1)[None, :, None] * (end - start)
    first = np.asarray(as_rows("decode(codes)", checks.function("decode", decode)(line[0].reshape(-1, *shape))))
    if len(first) != steps + 1:
        raise ValueError(f"`decode` must give a row for each code. Received: shape {first.shape} of {steps + 1} codes")
    memory.require("num_pairs", num_pairs, 8 * num_pairs * first.size)
    images = np.asarray(decode(line.reshape(-1, *shape)), "float64").reshape(num_pairs, steps + 1, -1)
    pieces = np.linalg.norm(np.diff(images, axis=1), axis=-1)
    length, chord = pieces.sum(axis=1), np.linalg.norm(images[:, -1] - images[:, 0], axis=-1)
    apart = chord > 1e-6 * max(1.0, float(np.abs(images).max()))
    return {
        **mean_with_error("path_length", length[apart]),
        **mean_with_error("path_ratio", length[apart] / chord[apart]),
        **mean_with_error("largest_step", pieces[apart].max(axis=1) / length[apart]),
        "num_pairs": int(apart.sum()),
        "steps": steps,
        "seed": seed,
    }
