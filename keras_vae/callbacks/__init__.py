"""Callbacks for `fit`: each does one thing."""

from keras_vae.callbacks.backup import Backup
from keras_vae.callbacks.beta_annealing import BetaAnnealing
from keras_vae.callbacks.collapse_monitor import CollapseMonitor
from keras_vae.callbacks.progress import Progress

__all__ = ["Backup", "BetaAnnealing", "CollapseMonitor", "Progress"]
