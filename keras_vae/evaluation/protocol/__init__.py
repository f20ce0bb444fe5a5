"""The protocol by which evaluation asks a model."""

from keras_vae.evaluation.protocol.codes import Codes, codes_of
from keras_vae.evaluation.protocol.model import Model

__all__ = ["Codes", "Model", "codes_of"]
