"""Everything that the next training step depends on, taken out of a model and put back."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

from keras_vae.training.in_memory import InMemory

WEIGHTS = "state.weights.h5"


class Resumable:
    """What a callback needs of a model to store a training and to go on with it, to the last bit."""

    FURTHER_OPTIMIZERS: tuple[str, ...]
    weights: list[keras.Variable]
    metrics_variables: list[keras.Variable]
    _initial_epoch: int | None
    build_optimizers: Callable[[], None]
    build_metrics: Callable[[], None]
    save_weights_to: Callable[[InMemory], None]
    load_weights: Callable[..., None]
    backend_noise: Callable[[], list[np.ndarray]]
    set_backend_noise: Callable[[Sequence[np.ndarray]], None]

    def training_state(self, within_epoch: bool) -> dict[str, np.ndarray]:
        """Return the weights, the optimizers and where all noise stands.

        Args:
            within_epoch: Bool; if True the metrics are part of the state. Keras sets them to 0 as an epoch begins.

        Returns:
            Dict from name to NumPy array.
        """
        file = InMemory(WEIGHTS)
        self.save_weights_to(file)
        metrics = self.metrics_variables if within_epoch else []
        return {
            "weights": np.frombuffer(file.getvalue(), "uint8"),
            **{f"metric_{i}": np.array(ops.convert_to_numpy(v)) for i, v in enumerate(metrics)},
            **{f"backend_noise_{i}": state for i, state in enumerate(self.backend_noise())},
        }

    def load_training_state(self, state: dict[str, np.ndarray]) -> None:
        """Put back what `training_state` has returned."""
        self.build_optimizers()
        self.load_weights(InMemory(WEIGHTS, state["weights"].tobytes()))
        if "metric_0" in state:
            self._load_metrics(_numbered(state, "metric"))
        self.set_backend_noise(_numbered(state, "backend_noise"))

    def _load_metrics(self, values):
        self.build_metrics()  # on TensorFlow Keras builds them within the first step
        variables = self.metrics_variables
        if [tuple(v.shape) for v in variables] != [value.shape for value in values]:
            raise ValueError(
                "`metrics` of compile must be those of the stored training, which was stopped within an epoch. "
                f"Received: {len(variables)} states of metrics, where {len(values)} are stored"
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def signature(self) -> list[str]:
        """Return a line for each thing that two models must have in common to take each other's training state."""
        self.build_optimizers()
        optimizers = {name: getattr(self, name) for name in ("optimizer", *self.FURTHER_OPTIMIZERS)}
        return [
            f"model {type(self).__name__}",
            *(f"{name} {type(optimizer).__name__}" for name, optimizer in optimizers.items()),
            *(f"weight {v.name} of shape {tuple(v.shape)}, {v.dtype}" for v in self.weights),
            *(f"{name}'s variable of shape {tuple(v.shape)}" for name, o in optimizers.items() for v in o.variables),
        ]

    def start_at_epoch(self, epoch: int) -> None:
        """Let the present `fit` begin at an epoch: for callbacks, in `on_train_begin`."""
        self._initial_epoch = epoch


def _numbered(state, name):
    names = [f"{name}_{i}" for i in range(len(state))]
    return [state[name] for name in names if name in state]
