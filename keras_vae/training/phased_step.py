"""A training step: a list of phases, the same on every backend."""

import keras
from keras import ops

from keras_vae import batch
from keras_vae.training.sample_weight import check_shape
from keras_vae.training.taken import Taken
from keras_vae.training.verdict import Verdict, judge


class PhasedStep:
    """What happens in a step; the backend's steps say how a gradient is taken and applied."""

    def take(self, data) -> Taken:
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

    def begin_step(self):
        """Move the scheduled weights and count the step: inside the compiled step, before the phases."""
        for weight in self.scheduled.values():
            weight.move(ops.convert_to_tensor(self.step))
        self.step.assign_add(1)

    def verdict_on(self, phase, losses, norm, taken) -> Verdict:
        """Judge a phase's update by its losses, its gradients' norm and the rows of its batch."""
        # A loss may look as if the data were whole: TensorFlow's relu makes 0 of NaN.
        loss = ops.where(taken.invalid_rows > 0.0, float("nan"), phase.minimised_of(losses))
        verdict = judge(loss, norm, phase.optimizer, self.skip_threshold, phase.variables)
        return verdict if taken.sample_weight is None else verdict.unless_padding(taken.weight)

    def count(self, phase, verdict):
        """Count a phase's update that is skipped."""
        if phase.name not in self.skipped_updates:
            raise ValueError(
                f"`name` of a phase must be one of the model's phases {list(self.skipped_updates)}. Received: "
                f"name={phase.name!r}"
            )
        self.skipped_updates[phase.name].update_state(verdict.skipped)

    def measure(self, losses, outputs, taken):
        """Take a phase's losses, and the metrics given to `compile`, into the epoch's means."""
        self.measures.update_state(losses, taken.weight)
        if self._compile_metrics is not None and outputs is not None:
            self.compute_metrics(taken.x, taken.y, outputs, taken.sample_weight)

    def validate(self, taken):
        """Measure a batch by every phase, with the same losses as in training, and return the logs."""
        for phase in self.phases():
            losses, outputs = phase.loss(taken.x, taken.y, taken.sample_weight, training=False)
            invalid = taken.invalid_rows > 0.0
            losses = {name: ops.where(invalid, float("nan"), loss) for name, loss in losses.items()}
            self.measure(losses, outputs, taken)
        return self.logs(training=False)

    def logs(self, training):
        """Return what `fit` or `evaluate` logs: means so far, scheduled weights, in training the skipped updates."""
        logs = self.get_metrics_result()
        for hidden in (*self.UNLOGGED, self.invalid_rows.name):
            del logs[hidden]
        skipped = {count.name: logs.pop(count.name) for count in self.skipped_updates.values()}
        # `+ 0.0` makes a new tensor: PyTorch would hand out the variable itself.
        logs |= {name: ops.convert_to_tensor(weight.variable) + 0.0 for name, weight in self.scheduled.items()}
        return {**logs, **skipped, "skipped_updates": sum(skipped.values())} if training else logs
