"""Weights of a loss that follow schedules by name, and the compiled steps that are kept from `fit` to `fit`."""

import keras
import pytest
from pair import make_pair, rows

import keras_vae
from keras_vae.callbacks import BetaAnnealing
from keras_vae.schedules import Linear

ON_TORCH = keras.backend.backend() == "torch"


class Attach(keras.callbacks.Callback):
    def __init__(self, *arguments):
        super().__init__()
        self.arguments = arguments

    def on_train_begin(self, logs=None):
        self.model.attach_schedule(*self.arguments)


def fit(pair, *callbacks, **arguments):
    """Return the strength that each step has logged."""
    seen = []
    look = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(float(logs["strength"])))
    pair.fit(rows(), batch_size=12, verbose=0, callbacks=[*callbacks, look], **arguments)
    return seen


def test_a_weight_of_any_name_is_moved_and_logged():
    pair = make_pair(strength=Linear(8))
    assert fit(pair) == [step / 8 for step in range(4)]
    history = pair.fit(rows(), batch_size=12, validation_data=(rows(),), verbose=0).history
    assert history["strength"] == history["val_strength"] == [7 / 8]
    assert fit(pair, Attach(Linear(4), "strength", -8, 2)) == [0.0, 0.125, 0.25, 0.375]
    assert fit(pair, Attach(Linear(4), "strength", 3, None)) == [0.75] * 4
    assert fit(pair, Attach(lambda step: 2.0 * step, "strength", -16)) == [0.0, 2.0, 4.0, 6.0]
    assert fit(pair) == [1.0] * 4


def test_a_name_that_no_weight_has_is_refused():
    pair = make_pair()
    with pytest.raises(ValueError, match=r"`name` must be one of the model's weights \['strength'\]. Received: 'beta'"):
        pair.attach_schedule(Linear(2), "beta")
    with pytest.raises(
        ValueError, match=r"BetaAnnealing needs a model with a beta. Received: a Pair, .*\['strength'\]"
    ):
        fit(pair, BetaAnnealing(Linear(2)))


class Counted(keras_vae.VAE):
    """A VAE that counts how often its step is traced; on PyTorch, which traces nothing, how often it is made."""

    traces = 0

    def begin_step(self):
        self.traces += not ON_TORCH
        super().begin_step()

    def make_train_function(self, force=False):
        before = self.train_function, set(map(id, self.compiled_steps.values()))
        super().make_train_function(force=force)
        self.traces += ON_TORCH and id(self.train_function) not in before[1]


@pytest.fixture
def counted(digits):
    vae = Counted(*keras_vae.networks.mlp((64,), 2, hidden=(8,)))
    vae.compile("sgd")

    def traces(*callbacks, epochs=1):
        before = vae.traces
        vae.fit(digits[:64], batch_size=32, epochs=epochs, callbacks=list(callbacks), verbose=0)
        return vae.traces - before

    return vae, traces


def test_a_fit_like_an_earlier_one_traces_nothing(counted):
    vae, traces = counted

    def beta():
        return float(keras.ops.convert_to_numpy(vae.beta))

    once = traces()  # TensorFlow may trace a first step twice
    assert once > 0 and traces() == 0
    assert 0 < traces(BetaAnnealing(Linear(2)), epochs=2) <= once and beta() == 0.75
    assert 0 < traces(BetaAnnealing(Linear(2), unit="step")) <= once and beta() == 0.5  # another unit
    assert traces(BetaAnnealing(Linear(2)), epochs=2) == 0 and beta() == 0.75
    assert traces(BetaAnnealing(Linear(2)), epochs=3) == 0 and beta() == 1.0
    assert traces(BetaAnnealing(Linear(2), unit="step")) == 0 and beta() == 0.5
    assert traces() == 0 and beta() == 0.5
    vae.compile("sgd")
    vae.make_train_function()
    assert len(vae.compiled_steps) == 1


def test_a_schedule_that_was_changed_is_traced_anew_and_few_steps_are_kept(counted):
    vae, traces = counted
    schedule = Linear(2)
    traces(BetaAnnealing(schedule), epochs=2)
    kept = vae.train_function
    for value in (0.0, 4.0):
        schedule.end = value
        vae.attach_schedule(schedule, "beta")
        assert vae.train_function not in (kept, None) and len(vae.compiled_steps) == 3 + (value > 0.0)
    vae.attach_schedule(lambda step: step, "beta")
    of_a_function = vae.train_function
    vae.make_train_function()
    assert vae.train_function is of_a_function and len(vae.compiled_steps) == 4


def test_the_files_know_nothing_of_it(counted):
    vae, _ = counted
    variables = len(vae.variables)
    vae.attach_schedule(Linear(2), "beta", 3)
    assert len(vae.variables) == variables and not any("offset" in v.path for v in vae.variables)
