"""The mutual information of code and data, and the KL of the aggregate posterior to the prior."""

from collections.abc import Callable

import numpy as np

from keras_vae.evaluation.codes import aggregate_posterior
from keras_vae.types import ArrayLike


def mutual_information(
    mean: ArrayLike,
    log_var: ArrayLike,
    num_samples: int = 10,
    log_prior: Callable[[np.ndarray], ArrayLike] | None = None,
    seed: int | None = 0,
) -> dict:
    """Estimate I(x; z) = E_x KL(q(z|x) || q(z)) over some data, q(z) being the mixture of all their posteriors.

    That is the information about the index of the example among the n that are given: it cannot exceed log n, and is
    a lower bound on the information under the data's distribution. Compare only figures of one n.

    Args:
        mean: Array of shape `(n, latent_dim)`, posterior means.
        log_var: Array of the same shape.
        num_samples: Int of at least 1, draws of z for each example. Default 10.
        log_prior: Function from z, `(n, latent_dim)`, to log p(z), `(n,)`; None is the standard normal. Default None.
        seed: Int, or None, which draws anew at each call. Default 0.

    Returns:
        Dict in nats: `mutual_information` and `aggregate_kl` = KL(q(z) || p(z)), `kl`, their sum, each with its
        standard error over fresh examples, with which q(z) changes too (a jackknife's, NaN for one example; where the
        information is near log n, or the aggregate KL near 0, it is too large); `largest_possible` = log n; and, for
        the standard normal prior,
        `kl_in_closed_form` with `identity_gap` = kl - kl_in_closed_form, which must be 0 within its standard error:
        E KL(q(z|x) || p) = I(x; z) + KL(q(z) || p); the protocol.

    Raises:
        ValueError: If the arrays differ in shape or are not finite.

    Example:
    >>> keras_vae.evaluation.mutual_information(*vae.encode(x_test), seed=0)["mutual_information"]

    Reference: Hoffman and Johnson 2016, "ELBO surgery", equation 7.
    """
    return aggregate_posterior.parts(mean, log_var, num_samples, log_prior, seed)
