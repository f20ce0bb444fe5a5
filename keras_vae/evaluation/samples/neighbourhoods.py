"""The balls around the rows of one set of features, and which rows of another lie in them."""

import numpy as np

from keras_vae.arguments import whole_number

ENTRIES_AT_ONCE = 4_000_000


def radii(features: np.ndarray, num_neighbours: int) -> np.ndarray:
    """Return each row's distance to its k-th nearest other row."""
    from sklearn.neighbors import NearestNeighbors  # late: importing scikit-learn takes a second

    if whole_number("num_neighbours", num_neighbours) >= len(features):
        raise ValueError(
            f"`num_neighbours` must be below the number of rows, {len(features)}. Received: {num_neighbours}"
        )
    # kneighbors() without rows leaves each row itself out
    return NearestNeighbors(n_neighbors=num_neighbours).fit(features).kneighbors()[0][:, -1]


def members(centers: np.ndarray, radius: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return in how many centers' balls each point lies, and how many points lie in each center's ball."""
    from sklearn.metrics import pairwise_distances_chunked

    per_point, per_center = [], np.zeros(len(centers), dtype=int)
    working_memory = max(1, 8 * ENTRIES_AT_ONCE // 2**20)  # MiB
    for distances in pairwise_distances_chunked(points, centers, working_memory=working_memory):
        inside = distances <= radius[None, :]
        per_point.append(inside.sum(axis=1))
        per_center += inside.sum(axis=0)
    return np.concatenate(per_point), per_center
