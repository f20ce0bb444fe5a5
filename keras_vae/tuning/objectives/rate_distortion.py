"""Rate against distortion as an objective."""

from keras_vae.tuning.objectives.elbo import Elbo
from keras_vae.tuning.objectives.objective import known


@known("rate_distortion")
class RateDistortion(Elbo):
    """KL against reconstruction: the search maps the plane, and the results are its front and the front's knee.

    There is no single winner, so only tuners that need none can be used: random and grid search. keras-tuner's own
    "best so far" shows the ELBO, which is minus the sum of the two.

    Example:
    >>> hypermodel = keras_vae.tuning.VAEHyperModel(data, objective=keras_vae.tuning.RateDistortion())

    Reference: Alemi et al. 2018, "Fixing a broken ELBO", section 2.
    """

    has_a_winner = False
