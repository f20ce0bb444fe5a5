"""The sections of the report: each calls the scores on what they need, and returns a dict."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import able
from keras_vae.arrays import randomness
from keras_vae.evaluation import baselines as without_network
from keras_vae.evaluation import codes
from keras_vae.evaluation import samples as of_samples
from keras_vae.evaluation.codes.diagnose import diagnosis
from keras_vae.evaluation.density import bits_per_dimension, elbo, marginal_likelihood
from keras_vae.evaluation.disentanglement import (
    beta_vae_score,
    factor_vae_score,
    interventional_robustness,
    modularity_explicitness,
    mutual_information_gap,
    sap,
)
from keras_vae.evaluation.protocol import codes_of
from keras_vae.models.autoencoder import Autoencoder
from keras_vae.models.classifier import train_classifier
from keras_vae.types import ArrayLike

# Exact probabilistic PCA takes the whole covariance matrix apart: beyond so many values, minutes.
MOST_VALUES = 1024
# The models without a network are fitted on the whole training split, up to so many numbers (0.8 GB).
MOST_NUMBERS = 100_000_000
ELBO_SAMPLES = 10


class Measured:
    """A model, its data, and the codes that several sections need.

    Args:
        vae: A model of `keras_vae.models`.
        data: Object with `x_train` and `x_test`, and perhaps `y_train`, `y_test`, `factors_test`, `name`.
        autoencoder: `keras_vae.Autoencoder` whose prior was adapted, or None.
        max_examples: Int, the random rows that slow scores and fits take.
        seed: Int or None, of these rows.
    """

    def __init__(self, vae: Any, data: Any, autoencoder: Any, max_examples: int, seed: int | None):
        if not isinstance(vae, Autoencoder):
            raise ValueError(
                f"`vae` must be a keras_vae.VAE for the report. Received: vae of type {type(vae).__name__}"
            )
        if autoencoder is not None:
            able("autoencoder", autoencoder, ("codes", "decode", "sample"), "a keras_vae.Autoencoder or None")
        for name in ("x_train", "x_test"):
            if getattr(data, name, None) is None:
                raise ValueError(f"`data` must have the arrays x_train and x_test. Received: {data!r} without {name}")
        for name in ("x_train", "x_test"):
            if len(getattr(data, name)) < 10:
                raise ValueError(f"`data.{name}` must have at least 10 rows. Received: {len(getattr(data, name))}")
        self.vae, self.autoencoder, self.name = vae, autoencoder, getattr(data, "name", "data")
        self.x_train, self.x_test, self.max_examples = data.x_train, data.x_test, max_examples
        self.y_test: Any = getattr(data, "y_test", None)
        self.factors = getattr(data, "factors_test", None)
        fitted = randomness.rows("fitted", len(self.x_train), max_examples, seed)
        self.x_fitted = self.x_train[fitted]
        labels = getattr(data, "y_train", None)
        self.y_fitted = None if labels is None else np.asarray(labels)[fitted]
        if vae.takes_condition:
            if self.y_fitted is None or self.y_test is None:
                raise ValueError(f"`data` must have y_train and y_test for a {type(vae).__name__}. Received: {data!r}")
            for name, y in (("y_train", self.y_fitted), ("y_test", self.y_test)):
                _require_condition(vae, f"data.{name}", y)
        # The conditions of both splits; None where the model has none.
        self.of_test: Any = self.y_test if vae.takes_condition else None
        self.of_fitted: Any = self.y_fitted if vae.takes_condition else None
        self.points = vae.codes(self.x_test, self.of_test)
        self.x_hat = vae.reconstruct(self.x_test, self.of_test)
        self.points_fitted = vae.codes(self.x_fitted, self.of_fitted)

    def has_labels(self) -> bool:
        """Say whether both splits have labels of at least two classes."""
        if self.y_fitted is None or self.y_test is None:
            return False
        return np.ndim(self.y_fitted) == 1 and len(np.unique(self.y_fitted)) > 1


def _require_condition(vae, name, y):
    """Raise a ValueError that names what of the data is not a condition of the model."""
    try:
        vae.checked_condition(y)
    except ValueError as error:
        raise ValueError(f"`{name}` must hold the conditions of the {type(vae).__name__}: {error}") from error


def protocol(measured: Measured, seed: int | None) -> dict:
    """Return on what the figures are made."""
    posterior = getattr(measured.vae, "posterior", None)
    return {
        "data": measured.name,
        "split": "test",
        "num_test": len(measured.x_test),
        "num_train": len(measured.x_train),
        "latent_dim": measured.vae.latent_dim,
        "likelihood": type(measured.vae.likelihood).__name__,
        "model": type(measured.vae).__name__,
        "prior": type(measured.vae.prior).__name__,
        "posterior": None if posterior is None else type(posterior).__name__,
        "codes": "posterior means" if posterior is not None and posterior.has_moments else "codes",
        "beta": float(ops.convert_to_numpy(measured.vae.beta)) if hasattr(measured.vae, "beta") else None,
        "seed": seed,
        "backend": keras.backend.backend(),
    }


def density(measured: Measured, num_samples: int, batch_size: int, seed: int | None, verbose: int) -> dict:
    """Return the ELBO, the importance-weighted bound, and bits per dimension of discrete data; nothing without them."""
    vae, x, y = measured.vae, measured.x_test, measured.of_test
    if not hasattr(vae, "log_weights"):
        return {}
    bound = marginal_likelihood(vae, x, num_samples, batch_size, y, seed, verbose)
    result = {"elbo": elbo(vae, x, ELBO_SAMPLES, y=y, seed=seed), "marginal_likelihood": bound}
    if vae.likelihood.is_probability(x):
        num_values = int(np.prod(np.shape(x)[1:]))
        result["bits_per_dimension"] = bits_per_dimension(bound["marginal_likelihood"], num_values)
    return result


def code(measured: Measured, seed: int | None) -> dict:
    """Return what the code holds, where it lies, and the verdict; of an autoencoder its smoothness alone."""
    rows = randomness.rows("code", len(measured.points), measured.max_examples, seed)
    decode = measured.vae.decode
    if measured.of_test is not None:  # straight lines are decoded under one condition
        decode = measured.vae.given(measured.of_test[0]).decode
    smoothness = codes.smoothness(decode, measured.points[rows], seed=seed)
    if not hasattr(measured.vae, "kl"):
        return {"smoothness": smoothness}
    y = None if measured.of_test is None else measured.of_test[rows]
    found = codes_of(measured.vae, measured.x_test[rows], y, seed)
    nats = holes = None
    if found.log_var is not None:
        num_samples = 1 if len(found.points) > 2000 else 10
        both = found.points, found.log_var
        nats = codes.mutual_information(*both, num_samples, log_prior=found.log_prior, seed=seed)
        num_draws = min(10_000, 10 * len(found.points))
        holes = codes.prior_holes(*both, num_samples=num_draws, **found.prior(), seed=seed)
    images = measured.x_test[rows], measured.x_hat[rows], measured.x_fitted
    return {
        "diagnosis": diagnosis(found, nats, *images, seed=seed),
        "mutual_information": nats,
        "prior_holes": holes,
        "smoothness": smoothness,
    }


def representation(measured: Measured) -> dict:
    """Return how well the labels can be read from the codes; nothing without labels."""
    if not measured.has_labels():
        return {}
    both = (measured.points_fitted, measured.y_fitted, measured.points, measured.y_test)
    probe, vote = codes.linear_probe(*both), codes.nearest_neighbours(*both)
    result = {"linear_probe": probe, "nearest_neighbours": vote}
    if len(np.unique(measured.y_test)) > 1:
        result["k_means"] = codes.k_means(measured.points, measured.y_test)
    return result


def disentanglement(measured: Measured, seed: int | None) -> dict:
    """Return the scores that take seconds, on the codes of the test split; nothing without factors."""
    if measured.factors is None:
        return {}
    scores: list[Callable[..., dict]] = [mutual_information_gap, sap, beta_vae_score, factor_vae_score]
    scores += [interventional_robustness, modularity_explicitness]
    return {score.__name__: score(measured.points, measured.factors, seed=seed) for score in scores}


def samples(measured: Measured, num_generated: int, seed: int | None) -> dict:
    """Return the sample scores of each sampler, in the features of a classifier, or of PCA without labels."""
    if not measured.vae.prior.is_ready:
        return {}
    x_train = measured.x_fitted
    if measured.has_labels():
        # Some hundred steps: enough for features, in seconds.
        epochs = int(np.clip(64_000 // len(x_train), 5, 15))
        classifier = train_classifier(x_train, measured.y_fitted, epochs=epochs)
        agreement = of_samples.class_agreement(measured.y_test, classifier.predict(measured.x_test))
        features, note = classifier.features, {"classifier_accuracy": agreement["class_agreement"]}
    else:
        features, note = None, {}
    name = "classifier" if note else "principal components"
    others = {}
    if measured.autoencoder is not None:
        others["autoencoder + its prior"] = lambda n: measured.autoencoder.sample(n, seed=seed)
    table = of_samples.compare_samplers(
        measured.vae,
        x_train,
        measured.x_test,
        features,
        num_generated,
        others=others,
        y_train=measured.of_fitted,
        seed=seed,
    )
    return {"features": name, **note, "samplers": table}


def baselines(measured: Measured, seed: int | None) -> dict:
    """Return the squared errors and log-likelihoods of models without a network, beside the VAE's error."""
    dimensions, num_values = measured.vae.latent_dim, int(np.prod(np.shape(measured.x_test)[1:]))
    fitted = randomness.rows("baselines", len(measured.x_train), MOST_NUMBERS // num_values, seed)
    x_train, x_test = measured.x_train[fitted], measured.x_test
    components = min(dimensions, len(x_train) - 1, num_values - 1)
    result = {
        "vae": _squared_error(x_test, measured.x_hat),
        "mean_image": without_network.mean_image(x_train, x_test),
        "pca": without_network.pca(x_train, x_test, components),
    }
    if measured.autoencoder is not None:
        autoencoder = measured.autoencoder
        result["autoencoder"] = _squared_error(x_test, autoencoder.reconstruct(x_test))
    if num_values <= MOST_VALUES:
        result["probabilistic_pca"] = without_network.probabilistic_pca(x_train, x_test, components)
        result["pixel_mixture"] = without_network.pixel_mixture(x_train, x_test, min(10, len(x_train)), seed=seed)
    return result


def _squared_error(x: ArrayLike, x_hat: np.ndarray) -> dict:
    return {"mean_squared_error": float(np.mean((x_hat - np.asarray(x)) ** 2, dtype="float64"))}
