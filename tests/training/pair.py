"""A model that is no VAE, with two phases, for the tests of the training."""

import keras
import numpy as np
from keras import ops

from keras_vae import batch
from keras_vae.training import Phase, Trainer

SIZE = 4
MARK = 9.0  # a row that begins with a larger number spoils the critic's loss


@keras.saving.register_keras_serializable(package="tests")
class Pair(Trainer):
    """A linear map that rebuilds x, and a critic that gives every x a score above 0; each has its own optimizer.

    loss = mean of |map(x) - x|^2 + strength * the critic's score; critic_loss = mean of softplus(-score).
    """

    FURTHER_OPTIMIZERS = ("critic_optimizer",)

    def __init__(self, strength=0.0, **kwargs):
        super().__init__(("loss", "critic_loss"), ("map", "critic"), **kwargs)
        self.map = keras.layers.Dense(SIZE, dtype="float32", name="map")
        hidden = keras.layers.Dense(8, activation="relu", name="hidden")
        score = keras.layers.Dense(1, dtype="float32", name="score")
        self.critic = keras.Sequential([hidden, keras.layers.BatchNormalization(name="norm"), score], name="critic")
        self.strength = self.add_weight(name="strength", shape=(), initializer="zeros", trainable=False)
        self.schedule = strength if callable(strength) else None
        self.strength.assign(0.0 if callable(strength) else strength)
        self.schedule_weight("strength", self.strength, self.schedule)

    def build(self, input_shape):
        for part in (self.map, self.critic):
            if not part.built:
                part.build((None, SIZE))
        self.built = True

    def call(self, x, training=None):
        return self.map(x)

    def losses_of_map(self, x, y, sample_weight, training):
        outputs = self(x, training=training)
        score = self.critic(outputs, training=False)[:, 0]
        loss = ops.sum((outputs - x) ** 2, axis=-1) + self.strength * score
        return {"loss": batch.mean(loss, sample_weight)}, outputs

    def losses_of_critic(self, x, y, sample_weight, training):
        score = self.critic(x, training=training)[:, 0]
        loss = batch.mean(ops.softplus(-score), sample_weight)
        return {"critic_loss": loss * ops.where(batch.num_rows_with(x > MARK) > 0.0, float("nan"), 1.0)}, None

    def phases(self):
        critic = self.critic.trainable_variables
        return [
            Phase(self.losses_of_map, self.map.trainable_variables, self.optimizer, name="map"),
            Phase(self.losses_of_critic, critic, self.critic_optimizer, minimised="critic_loss", name="critic"),
        ]

    def known_input_shape(self):
        return (None, SIZE)

    def target_shape_of_metrics(self):
        return (SIZE,)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, x, y_pred, sample_weight)

    def noise_states(self):
        return {}

    def get_config(self):
        return super().get_config()


def make_pair(optimizer=None, critic_optimizer=None, strength=0.0, skip_threshold=None, **arguments):
    """Make a compiled pair, always with the same weights."""
    keras.utils.set_random_seed(3)
    pair = Pair(strength, skip_threshold=skip_threshold, name="pair")
    pair.compile(optimizer or keras.optimizers.Adam(1e-2), critic_optimizer=critic_optimizer, **arguments)
    return pair


def rows(n=48):
    return np.random.default_rng(0).normal(size=(n, SIZE)).astype("float32")


def numpy_losses(pair, x):
    """Return the two losses of x in evaluation, by NumPy."""
    kernel, bias = (np.array(keras.ops.convert_to_numpy(w)) for w in pair.map.weights)
    first, bias_1, gamma, beta, mean, variance, last, bias_2 = (
        np.array(keras.ops.convert_to_numpy(w)) for w in pair.critic.weights
    )

    def score(values):
        hidden = np.maximum(values @ first + bias_1, 0.0)
        return ((hidden - mean) / np.sqrt(variance + 1e-3) * gamma + beta) @ last + bias_2

    rebuilt = x @ kernel + bias
    strength = float(keras.ops.convert_to_numpy(pair.strength))
    loss = np.sum((rebuilt - x) ** 2, axis=1) + strength * score(rebuilt)[:, 0]
    return {"loss": np.mean(loss), "critic_loss": np.mean(np.log1p(np.exp(-score(x)[:, 0])))}


def state(pair):
    """Return all that the next step depends on, by a name."""
    groups = {"model": pair.variables, "optimizer": pair.optimizer.variables, "critic": pair.critic_optimizer.variables}
    return {
        f"{name} {i} {v.path if name == 'model' else v.name}": np.array(keras.ops.convert_to_numpy(v))
        for name, variables in groups.items()
        for i, v in enumerate(variables)
    }


def changed(before, after):
    return {name for name in before if not np.array_equal(before[name], after[name])}
