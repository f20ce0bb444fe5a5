"""Callbacks for `fit`: each does one thing."""

from keras_vae.callbacks.backup import Backup
from keras_vae.callbacks.beta_annealing import BetaAnnealing
from keras_vae.callbacks.collapse_monitor import CollapseMonitor

__all__ = ["Backup", "BetaAnnealing", "CollapseMonitor"]
