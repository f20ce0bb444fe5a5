"""Penalties, terms of the loss beside beta * KL: one class a file."""

from keras_vae.penalties.capacity import Capacity
from keras_vae.penalties.dip_i import DIPI
from keras_vae.penalties.dip_ii import DIPII
from keras_vae.penalties.maximum_mean_discrepancy import MaximumMeanDiscrepancy
from keras_vae.penalties.penalty import Penalty
from keras_vae.penalties.total_correlation import TotalCorrelation

__all__ = ["Capacity", "DIPI", "DIPII", "MaximumMeanDiscrepancy", "Penalty", "TotalCorrelation"]
