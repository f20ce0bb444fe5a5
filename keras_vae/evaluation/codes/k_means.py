"""k-means clusters of the codes against the labels."""

import warnings

import numpy as np

from keras_vae.arguments import whole_number
from keras_vae.arrays import matrices, randomness


def k_means(codes, y, num_clusters: int | None = None, num_starts: int = 10, seed: int | None = 0) -> dict:
    """Cluster the codes by k-means and compare the clusters with the labels.

    Args:
        codes: Array of shape `(n, latent_dim)`, such as posterior means.
        y: Array of shape `(n,)`, labels of at least two classes.
        num_clusters: Int of at least 2, at most n, or None, as many as there are classes. Default None.
        num_starts: Int of at least 1, from how many starting points k-means tries. Default 10.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict: `normalized_mutual_information` between clusters and labels (0 none, 1 the same partition, normalized by
        the mean of the two entropies), `num_clusters`, `num_examples`, `seed`.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or there is one class only.

    Example:
    >>> keras_vae.evaluation.k_means(vae.encode(x_test)[0], y_test)["normalized_mutual_information"]
    """
    from sklearn.cluster import KMeans  # late: importing scikit-learn takes a second
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import normalized_mutual_info_score

    codes = matrices.vectors("codes", codes)
    y = matrices.labels("y", y, len(codes))
    num_clusters = len(np.unique(y)) if num_clusters is None else whole_number("num_clusters", num_clusters, low=2)
    if num_clusters > len(codes):
        raise ValueError(f"`num_clusters` must be at most {len(codes)}, the codes. Received: {num_clusters}")
    num_starts = whole_number("num_starts", num_starts)
    estimator = KMeans(num_clusters, n_init=num_starts, random_state=randomness.state(seed))
    with warnings.catch_warnings():
        # The codes of a collapsed VAE coincide, which leaves clusters empty: the score says it.
        warnings.simplefilter("ignore", ConvergenceWarning)
        clusters = estimator.fit_predict(codes)
    return {
        "normalized_mutual_information": float(normalized_mutual_info_score(y, clusters)),
        "num_clusters": num_clusters,
        "num_examples": len(codes),
        "seed": seed,
    }
