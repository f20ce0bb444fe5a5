"""The collapse doctor: a verdict in words on what a VAE does with its code, the evidence, and what to try."""

from typing import Any

import numpy as np

from keras_vae.arguments import at_least, whole_number
from keras_vae.arrays import matrices, randomness
from keras_vae.evaluation.codes import aggregate_posterior
from keras_vae.evaluation.codes.active_units import active_units
from keras_vae.evaluation.codes.least_aggregate_kl import least_aggregate_kl
from keras_vae.evaluation.protocol import Codes, checks, codes_of
from keras_vae.evaluation.protocol.codes import condition
from keras_vae.evaluation.statistics.gaussian import kl_per_dimension
from keras_vae.types import ArrayLike

# A code with less than this many nats on its example says nothing of it.
NO_INFORMATION = 0.1
# KL of a dimension's codes, taken as a Gaussian, to N(0, 1): a variance of 4, or a mean of 1, is 0.8 or 0.5 nats.
FAR_FROM_PRIOR = 0.5
# Below this share of the variance, what a linear model explains may be chance.
NOTHING_TO_EXPLAIN = 0.01
# The reconstruction is in line with a linear model's if it explains so much of what that does.
IN_LINE = 0.8

FIXES = {
    "healthy": (),
    "partly collapsed": (
        "train for longer, if the losses were still falling",
        "a smaller latent_dim: units that the data do not need stay empty, which does no harm",
        "beta below 1, or free_bits of 0.1 to 0.5 nats a dimension, to use more of the code",
        "a learned or smaller scale of a Gaussian or Laplace likelihood: a large one weighs the reconstruction little",
    ),
    "collapsed": (
        "a warm-up of beta: callbacks.BetaAnnealing(schedules.Linear(duration=10))",
        "beta of 1 or below, counted for losses summed over the pixels",
        "free_bits of 0.1 to 0.5 nats a dimension",
        "a smaller decoder, which cannot do without the code",
        "a learned or smaller scale of a Gaussian or Laplace likelihood: a large one weighs the reconstruction little",
    ),
    "not regularised": (
        "a larger beta: the codes lie far from the prior, so that samples are decoded from where no code is",
        "with this beta, codes drawn from where they lie: samplers.gaussian_mixture, samplers.aggregate_posterior",
    ),
}


NOTHING_TO_FIX = ("nothing, if the data are noise: then no code can tell anything of an example",)


def diagnose(
    model: Any,
    x: ArrayLike,
    x_train: ArrayLike | None = None,
    threshold: float = 0.01,
    max_examples: int = 10_000,
    y: ArrayLike | None = None,
    seed: int | None = 0,
) -> dict:
    """Say whether the code of a VAE is used, is lost, or is not held by the prior, and what to try.

    Args:
        model: `keras_vae.VAE`, with any prior and posterior, or `ArrayModel` with a `decode`.
        x: Array of shape `(n, ...)`, at least two examples, better a thousand.
        x_train: Array of the data's shape, on which the mean image and PCA are fitted; None fits them to each half of
            x for the other half. Default None.
        threshold: Float of at least 0, variance of the posterior mean above which a unit is active. Default 0.01.
        max_examples: Int of at least 2; of more rows so many are taken at random, as the time grows with their
            square. Default 10,000.
        y: Array of n conditions of a conditional model, or None. Default None.
        seed: Int or None. Default 0.

    Returns:
        Dict: `verdict`, `explanation`, a sentence, `fixes`, a list of texts, and the evidence: `active_units`,
        `latent_dim`, `kl_per_dimension`, `kl`, `mutual_information`, `aggregate_kl` (at most; see there),
        `least_aggregate_kl` (at least), `distance_to_prior` (all in nats), `mean_squared_error`, and those
        `..._of_mean`, `..._of_pca`, `..._of_probabilistic_pca` (a value of x; of other rows than PCA was fitted to, and
        None where these are fewer than two for each component, or a component is left for each value). Of a posterior
        that is no Gaussian of independent numbers `mutual_information`, `aggregate_kl`, `least_aggregate_kl` and
        `kl_per_dimension` are None, and `not_defined` says why; of another prior than N(0, I) `kl_per_dimension` is,
        and `distance_to_prior` too if the model cannot draw from its prior.

        The verdict is "collapsed" (no active unit, or less than 0.1 nats of mutual information), "not regularised" (the
        codes lie on average more than 0.5 nats from the prior in each dimension, by their means and variances, or
        together more than 0.5 nats for each active unit at least), "partly collapsed" (the reconstruction explains
        less than half of what probabilistic PCA with as many components does, or fewer than half of the units are
        active and it explains less than 0.8 of that), or "healthy". A code of few units or few nats that explains what
        probabilistic PCA does is healthy: of noisy data the exact posterior knows no more. PCA itself is no measure of
        that: it repeats the noise.

    Raises:
        ValueError: If the arrays do not fit, are not finite, or the data are constant.

    Example:
    >>> keras_vae.evaluation.diagnose(vae, x_test)["verdict"]

    References: Burda et al. 2016, section 5.2, on active units; Hoffman and Johnson 2016, "ELBO surgery".
    """
    checks.model("model", model, "encode", "reconstruct", "kl")
    threshold, x = at_least("threshold", threshold, 0.0), matrices.data("x", x)
    rows = randomness.rows("diagnose", len(x), whole_number("max_examples", max_examples, low=2), seed)
    x, y = x[rows], None if y is None else matrices.data("y", y)[rows]
    for name, array in {"x": x, "x_train": x if x_train is None else x_train}.items():
        matrices.require_different(name, matrices.data(name, array))
    codes = codes_of(model, x, y, seed)
    nats = None
    if codes.log_var is not None:
        nats = aggregate_posterior.parts(codes.points, codes.log_var, 1, codes.log_prior, seed)
    x_hat = model.reconstruct(x, **condition(y))
    return {**diagnosis(codes, nats, x, x_hat, x_train, threshold, seed), "seed": seed}


def diagnosis(
    codes: Codes,
    nats: dict | None,
    x: ArrayLike,
    x_hat: ArrayLike,
    x_train: ArrayLike | None,
    threshold: float = 0.01,
    seed: int | None = 0,
) -> dict:
    """Return what `diagnose` does, from codes, `mutual_information(...)` and reconstructions that are at hand."""
    units = active_units(codes.points, None if codes.log_prior else codes.log_var, threshold)
    nats = nats or {"mutual_information": None, "aggregate_kl": None}
    evidence = {
        **{name: units[name] for name in ("active_units", "latent_dim", "kl_per_dimension")},
        "kl": codes.kl,
        **{name: nats[name] for name in ("mutual_information", "aggregate_kl")},
        "least_aggregate_kl": None
        if codes.log_var is None
        else least_aggregate_kl(codes.points, codes.log_var, codes.log_prior, seed),
        "distance_to_prior": _distance_to_prior(codes),
        **_errors(x, x_hat, x_train, units["latent_dim"]),
        "not_defined": codes.not_defined,
    }
    verdict = _verdict(evidence)
    nothing_to_fix = NOTHING_TO_FIX if verdict == "collapsed" and _is_noise(evidence) else ()
    return {
        "verdict": verdict,
        "explanation": _explanation(verdict, evidence),
        "fixes": [*nothing_to_fix, *FIXES[verdict]],
        **evidence,
        "num_examples": units["num_examples"],
    }


def _distance_to_prior(codes):
    """Return the KL of each dimension's codes to the prior's, both as Gaussians, averaged over the dimensions.

    None for a prior of which neither moments nor draws are known.
    """
    of_prior = codes.moments_of_prior()
    if of_prior is None:
        return None
    (own_mean, own_variance), (mean, variance) = codes.moments, of_prior
    of_codes = (own_mean - mean) / np.sqrt(variance), np.log(own_variance / variance)
    return float(kl_per_dimension(*of_codes).mean())


def _errors(x, x_hat, x_train, latent_dim):
    """Return the squared errors a value of the reconstruction, of the mean image, and of PCA fitted to other rows."""
    x, x_hat = matrices.flat("x", x), matrices.flat("reconstruction", x_hat)
    if x_train is None:
        rows = randomness.generator("diagnose_halves", 0).permutation(len(x))
        splits = [(x[rows[::2]], x[rows[1::2]]), (x[rows[1::2]], x[rows[::2]])]
    else:
        splits = [(matrices.flat("x_train", x_train), x)]
        matrices.same_columns("x", x, "x_train", splits[0][0])
    errors = {
        "mean_squared_error": np.mean((x_hat - x) ** 2),
        "mean_squared_error_of_mean": sum(np.sum((judged - fitted.mean(axis=0)) ** 2) for fitted, judged in splits)
        / x.size,
        "mean_squared_error_of_pca": None,
        "mean_squared_error_of_probabilistic_pca": None,
    }
    if errors["mean_squared_error_of_mean"] <= 1e-12 * np.mean(x**2):
        raise ValueError("`x` must hold different examples. Received: the same one in every row")
    if latent_dim < x.shape[1] and min(len(fitted) for fitted, _ in splits) >= 2 * latent_dim:
        of_splits = np.sum([_errors_of_pca(fitted, judged, latent_dim) for fitted, judged in splits], axis=0)
        errors["mean_squared_error_of_pca"], errors["mean_squared_error_of_probabilistic_pca"] = of_splits / x.size
    return {name: None if error is None else float(error) for name, error in errors.items()}


def _errors_of_pca(fitted, judged, num_components):
    """Return the summed squared errors of PCA, and of probabilistic PCA, whose codes leave the noise out.

    The directions are those of the fitted rows, the variances along them those of the judged rows: a direction that
    stands out by chance among the fitted rows does not among others.

    Reference: Tipping and Bishop 1999, "Probabilistic principal component analysis", section 3.3: a code is shrunk by
    1 - noise / variance.
    """
    from sklearn.decomposition import PCA  # late: importing scikit-learn takes a second

    pca = PCA(num_components, random_state=0).fit(fitted)
    codes = pca.transform(judged)
    residual = np.sum((judged - pca.inverse_transform(codes)) ** 2)
    noise = residual / (len(judged) * (judged.shape[1] - num_components))
    variance = np.mean(codes**2, axis=0)
    lost = np.minimum(1.0, noise / np.maximum(variance, 1e-300))
    return residual, residual + len(judged) * np.sum(variance * lost**2)


def _explained(evidence, name):
    """Return the share of the variance that a reconstruction explains."""
    return 1.0 - evidence[name] / evidence["mean_squared_error_of_mean"]


def _shares(evidence):
    """Return the shares of the variance that the reconstruction and probabilistic PCA explain, None if not known."""
    of_pca = evidence["mean_squared_error_of_probabilistic_pca"]
    possible = None if of_pca is None else _explained(evidence, "mean_squared_error_of_probabilistic_pca")
    return _explained(evidence, "mean_squared_error"), possible


def _is_noise(evidence: dict) -> bool:
    """Say whether a linear model of other rows finds nothing in the data."""
    possible = _shares(evidence)[1]
    return possible is not None and possible < NOTHING_TO_EXPLAIN


def _verdict(evidence):
    explained, possible = _shares(evidence)
    is_known = possible is not None and possible >= NOTHING_TO_EXPLAIN
    in_line = is_known and explained >= IN_LINE * possible
    if not in_line and (evidence["active_units"] == 0 or _information(evidence) < NO_INFORMATION):
        return "collapsed"
    apart, together = evidence["distance_to_prior"] or 0.0, evidence["least_aggregate_kl"] or 0.0
    if apart > FAR_FROM_PRIOR or together > FAR_FROM_PRIOR * evidence["active_units"]:
        return "not regularised"
    few_units = evidence["active_units"] < 0.5 * evidence["latent_dim"]
    if (few_units and not in_line) or (is_known and explained < 0.5 * possible):
        return "partly collapsed"
    return "healthy"


def _information(evidence):
    """Return how many nats the code tells of its example, or the KL, which is at least as much, where it is unknown."""
    return evidence["kl"] if evidence["mutual_information"] is None else evidence["mutual_information"]


def _explanation(verdict, evidence):
    units = f"{evidence['active_units']} of {evidence['latent_dim']} units are active"
    at_most = "at most " if evidence["mutual_information"] is None else ""
    information = f"the code holds {at_most}{max(0.0, _information(evidence)):.2f} nats on its example"
    explained, possible = _shares(evidence)
    gain = f"the reconstruction explains {max(0.0, explained):.0%} of the variance"
    if possible is not None:
        gain += f" (probabilistic PCA with as many components {max(0.0, possible):.0%})"
    noise = " A linear model finds nothing in the data either: they may be noise." if _is_noise(evidence) else ""
    apart, unknown = [], ""
    if evidence["distance_to_prior"] is not None:
        apart.append(f"{evidence['distance_to_prior']:.1f} nats away in each dimension by their means and variances")
    if evidence["aggregate_kl"] is not None:
        together = f"{evidence['least_aggregate_kl']:.1f} to {evidence['aggregate_kl']:.1f} nats"
        if evidence["aggregate_kl"] > FAR_FROM_PRIOR * evidence["active_units"]:
            unknown = f" All codes together lie {together} from the prior: more rows would say it better."
        apart.append(f"{together} all together")
    return {
        "healthy": f"{units}, {information}, and {gain}.{unknown}",
        "partly collapsed": f"Only part of the code is used: {units}, {information}, and {gain}.",
        "collapsed": f"The decoder ignores the code: {units}, {information}, and {gain}.{noise}",
        "not regularised": (
            f"The codes do not follow the prior: {', '.join(apart)}, and a KL of {evidence['kl']:.1f} nats; {units}."
        ),
    }[verdict]
