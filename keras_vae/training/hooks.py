"""The hooks by which a model tells its trainer what it is."""

from collections.abc import Callable
from typing import Any

from keras import ops

from keras_vae import batch
from keras_vae.training.phase import Phase
from keras_vae.types import Tensor


class Hooks:
    """The methods of a `Trainer` that a model overrides; all but the first have a default.

    Attributes that a model class overrides:
        FURTHER_OPTIMIZERS: Names of the arguments of `compile` with the optimizers of further phases, such as
            `("critic_optimizer",)`. Each becomes an attribute of the model, None before `compile`.
        UNLOGGED: Names of measures that are not logged, only shown to `check_means`.
        NO_LOSS, NO_CLASS_WEIGHT: Texts, why `compile` takes no loss, and `fit` no class weights.
        INVALID_VALUES: Text, what the rows hold that `num_invalid_rows` counts.
    """

    FURTHER_OPTIMIZERS: tuple[str, ...] = ()
    UNLOGGED: tuple[str, ...] = ()
    NO_LOSS = "the model says itself what is minimised"
    NO_CLASS_WEIGHT = "the model knows no classes; give each row its weight as `sample_weight`"
    INVALID_VALUES = "NaN or infinite values"

    built: bool
    build: Callable[[Any], None]
    build_optimizers: Callable[[], None]

    def phases(self) -> list[Phase]:
        """Return the phases of a training step, in their order."""
        raise NotImplementedError(f"{type(self).__name__} must define `phases`.")

    # Shapes.

    def known_input_shape(self) -> tuple | list[tuple] | None:
        """Return the shape, with the batch axis, of what `call` takes, or None while it is not known.

        It is `(None, 64)`, say, or a list of shapes where `call` takes several tensors.
        """
        return None

    def target_shape_of_metrics(self) -> tuple:
        """Return the shape, without the batch axis, of what the metrics given to `compile` compare."""
        raise NotImplementedError(f"{type(self).__name__} must define `target_shape_of_metrics`.")

    def build_from(self, x: Any, y: Any) -> None:
        """Build the model, if it is not built, for a first batch like x and y (None where there is none)."""
        if not self.built:
            self.build(self.known_input_shape() or tuple(x.shape))
            self.build_optimizers()

    # Data.

    def check_batch(self, x: Any, y: Any) -> None:
        """Raise a ValueError if x or y, without labels, has the wrong shape."""

    def without_labels(self, y: Any) -> Any:
        """Return y where the model uses it, else None, in a step as well; what is left out is said once a call."""
        return y

    def is_valid(self, values: Any) -> Any:
        """Say of each value of the data whether it can be computed with: NaN and infinite ones cannot."""
        return values - values == 0  # in NumPy and on every backend

    def num_invalid_rows(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Return in how many rows of a batch, x or y, something is not valid, as a float32 scalar tensor."""
        parts = [ops.logical_not(self.is_valid(ops.cast(part, "float32"))) for part in (x, y) if part is not None]
        rows = [ops.any(ops.reshape(part, (ops.shape(part)[0], -1)), axis=-1) for part in parts]
        return batch.num_rows_with(rows[0] if len(rows) == 1 else ops.logical_or(*rows))

    def check_first_batch(self, x: Any, y: Any, sample_weight: Any) -> bool:
        """Warn of the values of a first batch; return whether they are known, and not the shapes alone."""
        return True

    def check_means(self, means: dict[str, Tensor]) -> None:
        """Warn of what the means of a first epoch show, where no values were known before it."""

    # The model itself.

    def check_networks(self, training: bool) -> None:
        """Warn of networks that do not fit the model; if `training`, raise a ValueError where that is certain."""
