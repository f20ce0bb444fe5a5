"""The training step on TensorFlow."""

import keras
import tensorflow as tf

from keras_vae.training.verdict import judge


class TensorFlowSteps:
    """How a phase's gradient is taken and applied with a `tf.GradientTape`."""

    def train_step(self, data):
        """Run the model's phases on one batch, and return the logs."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        self.begin_step()
        for phase in self.phases():
            self._run(phase, x, y, sample_weight)
        return self.training_logs()

    def _run(self, phase, x, y, sample_weight):
        before = [tf.identity(v.value) for v in self.non_trainable_weights]
        with tf.GradientTape() as tape:
            losses, outputs = phase.loss(x, y, sample_weight)
            scaled = phase.optimizer.scale_loss(losses["loss"])
        gradients = tape.gradient(scaled, [v.value for v in phase.variables])
        norm = tf.linalg.global_norm(gradients)
        verdict = judge(losses["loss"], norm, phase.optimizer, self.skip_threshold)

        def apply():
            phase.optimizer.apply(gradients, phase.variables)
            self.update_metrics(losses, outputs, x, y, sample_weight)
            return tf.constant(True)

        def roll_back():
            for variable, value in zip(self.non_trainable_weights, before, strict=True):
                variable.assign(value)
            return tf.constant(False)

        tf.cond(verdict.apply, apply, roll_back)
        self.skipped_updates.update_state(verdict.skipped)

    def test_step(self, data):
        """Measure one batch, and return the logs."""
        return self.evaluate_batch(*keras.utils.unpack_x_y_sample_weight(data))

    def compile_function(self, function):
        """Return a compiled version of a function of tensors that uses the model's variables."""
        return tf.function(function, autograph=False, reduce_retracing=True)

    def compile_gradient(self, function):
        """Return a compiled function of tensors: a function's values, and their sum's gradient in its first one."""

        def values_and_gradient(z, *others):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(z)
                values = function(z, *others)
            return values, tape.gradient(values, z)

        return self.compile_function(values_and_gradient)

    def check_device_layout(self):
        """Refuse what would train wrongly without a word."""
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            raise ValueError(
                "keras_vae does not train under a tf.distribute strategy with several replicas: they would draw "
                f"the same noise. Received: {tf.distribute.get_strategy()}"
            )
