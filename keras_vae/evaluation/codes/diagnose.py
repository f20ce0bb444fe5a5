"""The collapse doctor: a verdict in words on what a VAE does with its code, the evidence, and what to try."""

import numpy as np

from keras_vae.arguments import at_least, whole_number
from keras_vae.evaluation import checks, randomness
from keras_vae.evaluation.codes import aggregate_posterior
from keras_vae.evaluation.codes.active_units import active_units
from keras_vae.evaluation.gaussian import kl_per_dimension

# A code with less than this many nats on its example says nothing of it.
NO_INFORMATION = 0.1
# KL of a dimension's codes, taken as a Gaussian, to N(0, 1): a variance of 4, or a mean of 1, is 0.8 or 0.5 nats.
FAR_FROM_PRIOR = 0.5

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
        "with this beta, codes drawn from where they lie: evaluation.samplers.gaussian_mixture, aggregate_posterior",
    ),
}


def diagnose(model, x, x_train=None, threshold: float = 0.01, max_examples: int = 10_000, seed: int | None = 0) -> dict:
    """Say whether the code of a VAE is used, is lost, or is not held by the prior, and what to try.

    Args:
        model: `keras_vae.VAE`, or `ArrayModel` with a `decode`.
        x: Array of shape `(n, ...)`, at least two examples, better a thousand.
        x_train: Array of the data's shape, on which the mean image and PCA are fitted; None takes x. Default None.
        threshold: Float of at least 0, variance of the posterior mean above which a unit is active. Default 0.01.
        max_examples: Int of at least 2; of more rows so many are taken at random, as the time grows with their
            square. Default 10,000.
        seed: Int or None. Default 0.

    Returns:
        Dict: `verdict`, "healthy", "partly collapsed" (fewer than half of the units are active, or the code explains
        less than half of what PCA with as many components does), "collapsed" (no active unit, or less than 0.1 nats
        of mutual information) or "not regularised" (the codes of a dimension lie on average more than 0.5 nats from
        the prior); `explanation`, a sentence; `fixes`, a list of texts; and the evidence: `active_units`,
        `latent_dim`, `kl_per_dimension`, `kl`, `mutual_information`, `aggregate_kl`, `distance_to_prior` (all in
        nats), `mean_squared_error`, `mean_squared_error_of_mean`, `mean_squared_error_of_pca` (a value of x).

    Raises:
        ValueError: If the arrays do not fit, are not finite, or the data are constant.

    Example:
    >>> keras_vae.evaluation.diagnose(vae, x_test)["verdict"]

    References: Burda et al. 2016, section 5.2, on active units; Hoffman and Johnson 2016, "ELBO surgery".
    """
    checks.model("model", model, "encode", "reconstruct")
    threshold, x = at_least("threshold", threshold, 0.0), checks.data("x", x)
    x = x[randomness.rows("diagnose", len(x), whole_number("max_examples", max_examples, low=2), seed)]
    for name, array in {"x": x, "x_train": x if x_train is None else x_train}.items():
        checks.require_different(name, checks.data(name, array))
    mean, log_var = model.encode(x)
    nats = aggregate_posterior.parts(mean, log_var, 1, None, seed)
    fitted = x if x_train is None else x_train
    return {**diagnosis(mean, log_var, nats, x, model.reconstruct(x), fitted, threshold), "seed": seed}


def diagnosis(mean, log_var, nats, x, x_hat, x_train, threshold: float = 0.01) -> dict:
    """Return what `diagnose` does, from codes, `mutual_information(...)` and reconstructions that are at hand."""
    units = active_units(mean, log_var, threshold)
    evidence = {
        **{name: units[name] for name in ("active_units", "latent_dim", "kl_per_dimension")},
        "kl": nats["kl_in_closed_form"],
        **{name: nats[name] for name in ("mutual_information", "aggregate_kl")},
        "distance_to_prior": _distance_to_prior(*checks.posterior(mean, log_var)),
        **_errors(x, x_hat, x_train, units["latent_dim"]),
    }
    verdict = _verdict(evidence)
    return {
        "verdict": verdict,
        "explanation": _explanation(verdict, evidence),
        "fixes": list(FIXES[verdict]),
        **evidence,
        "num_examples": units["num_examples"],
    }


def _distance_to_prior(mean, log_var):
    """Return the KL of each dimension's codes, as a Gaussian, to N(0, 1), averaged over the dimensions."""
    variance = mean.var(axis=0) + np.exp(log_var).mean(axis=0)
    return float(kl_per_dimension(mean.mean(axis=0), np.log(variance)).mean())


def _errors(x, x_hat, x_train, latent_dim):
    """Return the squared errors a value of the reconstruction, of the mean image and of PCA."""
    from sklearn.decomposition import PCA  # late: importing scikit-learn takes a second

    x, x_hat, x_train = checks.flat("x", x), checks.flat("reconstruction", x_hat), checks.flat("x_train", x_train)
    checks.same_columns("x", x, "x_train", x_train)
    pca = PCA(min(latent_dim, *x_train.shape), random_state=0).fit(x_train)
    errors = {
        "mean_squared_error": np.mean((x_hat - x) ** 2),
        "mean_squared_error_of_mean": np.mean((x_train.mean(axis=0) - x) ** 2),
        "mean_squared_error_of_pca": np.mean((pca.inverse_transform(pca.transform(x)) - x) ** 2),
    }
    if errors["mean_squared_error_of_mean"] <= 1e-12 * np.mean(x**2):
        raise ValueError("`x` must hold different examples. Received: the same one in every row")
    return {name: float(error) for name, error in errors.items()}


def _explained(evidence, name):
    """Return the share of the variance that a reconstruction explains."""
    return 1.0 - evidence[name] / evidence["mean_squared_error_of_mean"]


def _verdict(evidence):
    if evidence["active_units"] == 0 or evidence["mutual_information"] < NO_INFORMATION:
        return "collapsed"
    if evidence["distance_to_prior"] > FAR_FROM_PRIOR:
        return "not regularised"
    explained, possible = (_explained(evidence, f"mean_squared_error{of}") for of in ("", "_of_pca"))
    if evidence["active_units"] < 0.5 * evidence["latent_dim"] or explained < 0.5 * possible:
        return "partly collapsed"
    return "healthy"


def _explanation(verdict, evidence):
    units = f"{evidence['active_units']} of {evidence['latent_dim']} units are active"
    information = f"the code holds {max(0.0, evidence['mutual_information']):.2f} nats on its example"
    explained, of_pca = (max(0.0, _explained(evidence, f"mean_squared_error{of}")) for of in ("", "_of_pca"))
    gain = f"the reconstruction explains {explained:.0%} of the variance (PCA with as many components {of_pca:.0%})"
    return {
        "healthy": f"{units}, {information}, and {gain}.",
        "partly collapsed": f"Only part of the code is used: {units}, {information}, and {gain}.",
        "collapsed": f"The decoder ignores the code: {units}, {information}, and {gain}.",
        "not regularised": (
            f"The codes do not follow the prior: {evidence['distance_to_prior']:.1f} nats away in each dimension, and "
            f"a KL of {evidence['kl']:.1f} nats; {units}."
        ),
    }[verdict]
