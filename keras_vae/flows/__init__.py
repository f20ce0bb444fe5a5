"""Flows: invertible maps with their log-determinants, one class a file."""

from typing import Any

from keras_vae.flows.coupling import Coupling
from keras_vae.flows.flow import Flow, known
from keras_vae.flows.inverse_autoregressive import InverseAutoregressive
from keras_vae.flows.planar import Planar


def get(identifier: Any) -> Flow:
    """Return the flow that a name or an instance stands for."""
    return known.get("flow", identifier, Flow)


__all__ = ["Coupling", "Flow", "InverseAutoregressive", "Planar", "get"]
