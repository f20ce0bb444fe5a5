"""The samplers side by side, and what the same scores are for real data."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_vae import samplers
from keras_vae.arguments import at_least, function_or_none, shown, whole_number
from keras_vae.arrays import checks as array_checks
from keras_vae.arrays import matrices, randomness
from keras_vae.evaluation.protocol import checks
from keras_vae.evaluation.protocol.codes import condition, is_gaussian, takes_condition
from keras_vae.evaluation.samples.density_coverage import density_coverage
from keras_vae.evaluation.samples.features import principal_components
from keras_vae.evaluation.samples.frechet_distance import frechet_distance
from keras_vae.evaluation.samples.kernel_distance import kernel_distance
from keras_vae.evaluation.samples.precision_recall import precision_recall
from keras_vae.priors import StandardNormal
from keras_vae.types import ArrayLike


def compare_samplers(
    vae: Any,
    x_train: ArrayLike,
    x_test: ArrayLike,
    features: Callable[[np.ndarray], ArrayLike] | None = None,
    num_samples: int = 1000,
    temperature: float = 0.7,
    num_components: int = 10,
    others: dict[str, Callable[[int], ArrayLike]] | None = None,
    y_train: ArrayLike | None = None,
    seed: int | None = 0,
) -> dict:
    """Score the samples of one decoder whose codes come from the prior and from where the codes of the data lie.

    Args:
        vae: `keras_vae.VAE` with any prior and posterior, or an `Autoencoder` whose prior was adapted.
        x_train: Array of shape `(n, ...)`, whose codes the samplers fit, and random rows of which are the row "real".
        x_test: Array of shape `(m, ...)`, with random rows of which all are compared.
        features: Function from data to features, `(n, num_features)`, such as `Classifier.features`; None takes 64
            principal components. Default None.
        num_samples: Int of at least 10, samples from each; at most as many rows of the data. Default 1000.
        temperature: Float above 0, of the row "temperature"; that of "truncated" cuts the prior at its median norm.
            Default 0.7.
        num_components: Int of at least 1, of the mixture. Default 10.
        others: Dict from the name of another generator to a function of n that gives n samples, or None. Default None.
        y_train: Array of n conditions of a conditional model, from which those of the samples are drawn, or None.
            Default None.
        seed: Int or None. Default 0.

    Returns:
        Dict from the sampler ("prior", "temperature", "truncated", "gaussian mixture", "aggregate posterior", "real")
        to the dict of all the sample scores. "real" compares training data with the test data: no sampler can be
        expected to do better. "truncated" is there for the standard normal prior only.

    Raises:
        ValueError: If an argument is out of its range, or there are fewer than 10 rows.

    Example:
    >>> table = keras_vae.evaluation.compare_samplers(vae, x_train, x_test, num_samples=20, num_components=2)
    >>> table["prior"]["frechet_distance"]
    """
    checks.vae("vae", vae, "codes", "decode", "sample_codes", "require_built")
    if y_train is None and takes_condition(vae):
        raise ValueError(f"`y_train` must be given for a {type(vae).__name__}, the conditions. Received: y_train=None")
    vae.require_built()
    x_train = array_checks.rows("x_train", x_train, vae.event_shape)
    x_test = array_checks.rows("x_test", x_test, vae.event_shape)
    temperature = at_least("temperature", temperature, 0.0, strict=True)
    num_components = whole_number("num_components", num_components)
    if not isinstance(others, (dict, type(None))) or not all(map(callable, (others or {}).values())):
        raise ValueError(f"`others` must be a dict of functions of n, or None. Received: others={shown(others)}")
    n = min(whole_number("num_samples", num_samples, low=10), len(x_train), len(x_test))
    features = function_or_none("features", features) or principal_components(x_train)
    points = vae.codes(x_train, **condition(y_train))
    codes = {
        "prior": samplers.prior(vae, n, seed=seed),
        "temperature": samplers.prior(vae, n, temperature=temperature, seed=seed),
        "gaussian mixture": samplers.gaussian_mixture(points, n, min(num_components, len(points)), seed),
    }
    drawn = randomness.generator("conditions", seed).integers(len(x_train), size=n)
    y = condition(None if y_train is None else np.asarray(y_train)[drawn])
    if hasattr(vae, "sample_posterior"):
        codes["aggregate posterior"] = _of_aggregate_posterior(vae, x_train, drawn, y, seed)
    if isinstance(vae.prior, StandardNormal):
        radius = float(np.sqrt(max(vae.latent_dim - 2.0 / 3.0, 0.5)))  # about the chi distribution's median
        codes["truncated"] = samplers.prior(vae, n, truncation=radius, seed=seed)
    chosen = [x[randomness.rows(name, len(x), n, seed)] for name, x in (("real", x_train), ("test", x_test))]
    for name, x in zip(("x_train", "x_test"), chosen, strict=True):
        matrices.flat(name, x)
    train, real = (matrices.matrix("features(x)", features(np.asarray(x, "float32"))) for x in chosen)
    generated = {name: features(vae.decode(z, **y)) for name, z in codes.items()}
    generated |= {name: features(sample(n)) for name, sample in (others or {}).items()}
    generated["real"] = train
    scores = (frechet_distance, kernel_distance, precision_recall, density_coverage)
    return {name: {k: v for s in scores for k, v in s(real, array).items()} for name, array in generated.items()}


def _of_aggregate_posterior(vae, x_train, rows, y, seed):
    """Return codes of the posteriors of random examples, those of a conditional model of the examples of `rows`."""
    if y or not is_gaussian(vae):
        return vae.sample_posterior(x_train[rows], **y, seed=seed)[0]
    mean, log_var = vae.encode(x_train)
    return samplers.aggregate_posterior(mean, log_var, len(rows), seed)
