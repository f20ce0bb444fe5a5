"""A training step: a list of phases, the same on every backend."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_vae import batch
from keras_vae.training.measures import Count, Measures
from keras_vae.training.phase import Phase
from keras_vae.training.sample_weight import check_shape
from keras_vae.training.scheduled_weight import ScheduledWeight
from keras_vae.training.taken import Taken
from keras_vae.training.verdict import Verdict, judge
from keras_vae.types import Tensor


class PhasedStep:
    """What happens in a step; the backend's steps say how a gradient is taken and applied."""

    UNLOGGED: tuple[str, ...]
    step: keras.Variable
    scheduled: dict[str, ScheduledWeight]
    measures: Measures
    invalid_rows: Count
    skipped_updates: dict[str, Count]
    skip_threshold: float | None
    phases: Callable[[], list[Phase]]
    without_labels: Callable[[Any], Any]
    num_invalid_rows: Callable[[Tensor, Tensor | None], Tensor]
    _compile_metrics: Any
    compute_metrics: Callable[..., dict[str, Any]]
    get_metrics_result: Callable[[], dict[str, Any]]

    def take(self, data: Any) -> Taken:
        """Return a batch: without labels, without what rows of weight 0 hold; count its rows with NaN."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        y = self.without_labels(y)
        # On PyTorch Keras hands the arrays of `train_on_batch` on as they are.
        x, y = (None if part is None else ops.convert_to_tensor(part) for part in (x, y))
        if weights is not None:
            check_shape(weights)
            x, y = (None if part is None else batch.without_padding(part, weights) for part in (x, y))
        invalid_rows = self.num_invalid_rows(x, y)
        self.invalid_rows.update_state(invalid_rows)
        return Taken(x, y, weights, batch.size(x, weights), invalid_rows)

    def begin_step(self) -> None:
        """Move the scheduled weights and count the step: inside the compiled step, before the phases."""
        for weight in self.scheduled.values():
            weight.move(ops.convert_to_tensor(self.step))
        self.step.assign_add(1)

    def verdict_on(self, phase: Phase, losses: dict[str, Tensor], norm: Tensor, taken: Taken) -> Verdict:
        """Judge a phase's update by its losses, its gradients' norm and the rows of its batch."""
        # A loss may look as if the data were whole: TensorFlow's relu makes 0 of NaN.
        loss = ops.where(taken.invalid_rows > 0.0, float("nan"), phase.minimised_of(losses))
        verdict = judge(loss, norm, phase.optimizer, self.skip_threshold, phase.variables)
        return verdict if taken.sample_weight is None else verdict.unless_padding(taken.weight)

    def count(self, phase: Phase, verdict: Verdict) -> None:
        """Count a phase's update that is skipped."""
        if phase.name not in self.skipped_updates:
            raise ValueError(
                f"`name` of a phase must be one of the model's phases {list(self.skipped_updates)}. Received: "
                f"name={phase.name!r}"
            )
        self.skipped_updates[phase.name].update_state(verdict.skipped)

    def measure(self, losses: dict[str, Tensor], outputs: Any, taken: Taken) -> None:
        """Take a phase's losses, and the metrics given to `compile`, into the epoch's means."""
        self.measures.update_state(losses, taken.weight)
        if self._compile_metrics is not None and outputs is not None:
            self.compute_metrics(taken.x, taken.y, outputs, taken.sample_weight)

    def validate(self, taken: Taken) -> dict[str, Tensor]:
        """Measure a batch by every phase, with the same losses as in training, and return the logs."""
        for phase in self.phases():
            losses, outputs = phase.loss(taken.x, taken.y, taken.sample_weight, training=False)
            invalid = taken.invalid_rows > 0.0
            losses = {name: ops.where(invalid, float("nan"), loss) for name, loss in losses.items()}
            self.measure(losses, outputs, taken)
        return self.logs(training=False)

    def logs(self, training: bool) -> dict[str, Tensor]:
        """Return what `fit` or `evaluate` logs: means so far, scheduled weights, in training the skipped updates."""
        logs = self.get_metrics_result()
        for hidden in (*self.UNLOGGED, self.invalid_rows.name):
            del logs[hidden]
        skipped = {count.name: logs.pop(count.name) for count in self.skipped_updates.values()}
        # `+ 0.0` makes a new tensor: PyTorch would hand out the variable itself.
        logs |= {name: ops.convert_to_tensor(weight.variable) + 0.0 for name, weight in self.scheduled.items()}
        return {**logs, **skipped, "skipped_updates": sum(skipped.values())} if training else logs
