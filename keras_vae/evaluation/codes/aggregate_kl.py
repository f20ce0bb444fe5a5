"""How far the codes of all the data together lie from the prior."""

from keras_vae.evaluation.codes import aggregate_posterior


def aggregate_kl(mean, log_var, num_samples: int = 10, log_prior=None, seed: int | None = None) -> dict:
    """Estimate KL(q(z) || p(z)) over some data, q(z) being the mixture of all their posteriors.

    A mixture of n posteriors is narrower than q(z) under the data's distribution: the estimate is an upper bound on
    its KL, loose in many dimensions, where no n is enough. Compare only figures of one n.

    Args:
        mean: Array of shape `(n, latent_dim)`, posterior means.
        log_var: Array of the same shape.
        num_samples: Int of at least 1, draws of z for each example. Default 10.
        log_prior: Function from z, `(n, latent_dim)`, to log p(z), `(n,)`; None is the standard normal. Default None.
        seed: Int or None; with a seed the call always gives the same. Default None.

    Returns:
        Dict in nats: `aggregate_kl` with its standard error, beside what `mutual_information` returns.

    Raises:
        ValueError: If the arrays differ in shape or are not finite.

    Example:
    >>> keras_vae.evaluation.aggregate_kl(*vae.encode(x_test), seed=0)["aggregate_kl"]

    Reference: Hoffman and Johnson 2016, "ELBO surgery", equation 7; Makhzani et al. 2016, "Adversarial
    autoencoders", section 2.
    """
    return aggregate_posterior.parts(mean, log_var, num_samples, log_prior, seed)
