"""Callbacks for `fit`: each does one thing."""

from keras_vae.callbacks.beta_annealing import BetaAnnealing

__all__ = ["BetaAnnealing"]
