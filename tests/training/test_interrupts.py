"""Ctrl-C at chosen moments: no step is cut in two, and the model in memory is whole."""

import os
import signal
import threading

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.training import interrupts

ON_JAX = keras.backend.backend() == "jax"


pytestmark = pytest.mark.usefixtures("sigint_is_heard")


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_acts_at_the_end_of_the_block():
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts.deferred():
        interrupt()
        done.append("first")
        interrupt()
        done.append("second")
    assert done == ["first", "second"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_is_not_lost_in_an_error():
    with pytest.raises(KeyboardInterrupt) as caught, interrupts.deferred():
        interrupt()
        raise RuntimeError("of the block")
    assert isinstance(caught.value.__context__, RuntimeError)


def test_who_insists_is_heard_at_once(monkeypatch):
    moments = iter([10.0, 10.5, 11.5])
    monkeypatch.setattr(interrupts.time, "monotonic", lambda: next(moments))
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts.deferred():
        interrupt()
        interrupt()
        done.append("half a second")
        interrupt()
        done.append("one and a half")
    assert done == ["half a second"]


def test_the_users_own_handler_is_called_and_stays(monkeypatch):
    heard = []

    def own(number, frame):
        heard.append(number)

    before = signal.signal(signal.SIGINT, own)
    try:
        with interrupts.deferred():
            interrupt()
            assert not heard
        assert heard == [signal.SIGINT] and signal.getsignal(signal.SIGINT) is own
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with interrupts.deferred():
            interrupt()  # ignored as before
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_have_no_handlers():
    done = []

    def work():
        with interrupts.deferred():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def state_of(vae):
    return [np.array(keras.ops.convert_to_numpy(v)) for v in [*vae.variables, *vae.optimizer.variables]]


if not ON_JAX:  # whose step returns its new state as a whole

    class Interrupting(keras.constraints.Constraint):
        """A constraint, which Keras calls after the weights have moved and before the step is counted."""

        def __init__(self, call):
            self.left = call

        def __call__(self, weight):
            self.left -= 1
            if self.left == 0:
                interrupt()
            return weight

    def eager_vae(call):
        keras.utils.set_random_seed(2)
        x = keras.Input((64,))
        h = keras.layers.Dense(8, activation="relu", kernel_constraint=Interrupting(call))(x)
        encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
        vae = keras_vae.VAE(encoder, keras_vae.networks.mlp((64,), 2, hidden=(8,))[1], seed=1)
        vae.compile(keras.optimizers.Adam(1e-2), run_eagerly=True)
        return vae

    def test_an_interrupt_within_a_step_waits_for_its_end(digits):
        states = []
        for call in (0, 2):
            vae = eager_vae(call)
            arguments = {"x": digits[:32], "batch_size": 32, "shuffle": False, "verbose": 0}
            if call:
                with pytest.raises(KeyboardInterrupt):
                    vae.fit(epochs=9, **arguments)
                assert int(vae.step) == int(vae.optimizer.iterations) == 2
            vae.fit(epochs=3 - int(vae.step), **arguments)
            states.append(state_of(vae))
        for straight, interrupted in zip(*states, strict=True):
            np.testing.assert_array_equal(interrupted, straight)

else:

    @pytest.fixture
    def dispatch(monkeypatch):
        """Let chosen calls of the compiled steps be interrupted when JAX has taken the old state."""
        import jax
        from keras.src.backend.jax import trainer

        class Dispatch:
            left = 0

        def jit(function, **arguments):
            compiled = jax.jit(function, **arguments)

            def step(*args):
                result = compiled(*args)
                Dispatch.left -= 1
                if Dispatch.left == 0:
                    interrupt()
                return result

            return step

        monkeypatch.setattr(trainer, "jit", jit)
        return Dispatch

    def test_the_state_that_jax_has_taken_is_not_lost(digits, make_vae, dispatch):
        vae = make_vae(seed=1)
        vae.fit(digits, batch_size=64, verbose=0)
        calls = {
            "fit": lambda: vae.fit(digits, batch_size=64, epochs=3, verbose=0),
            "evaluate": lambda: vae.evaluate(digits, batch_size=64, verbose=0),
            "predict": lambda: vae.predict(digits, batch_size=64, verbose=0),
            "train_on_batch": lambda: vae.train_on_batch(digits[:64]),
            "test_on_batch": lambda: vae.test_on_batch(digits[:64]),
            "predict_on_batch": lambda: vae.predict_on_batch(digits[:64]),
        }
        for name, call in calls.items():
            before = int(vae.step)
            dispatch.left = 6 if name == "fit" else 1
            with pytest.raises(KeyboardInterrupt):
                call()
            assert int(vae.step) - before == {"fit": 6, "train_on_batch": 1}.get(name, 0), name
            assert all(np.all(np.isfinite(part)) for part in state_of(vae))
        assert np.isfinite(vae.fit(digits, batch_size=64, verbose=0).history["loss"][0])

    def test_an_interrupt_between_the_steps_keeps_what_a_callback_wrote(digits, make_vae):
        vae = make_vae(seed=1)

        class Writes(keras.callbacks.Callback):
            def on_train_batch_begin(self, batch, logs=None):
                if batch == 2:
                    self.model.beta.assign(0.25)
                    raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            vae.fit(digits, batch_size=64, callbacks=[Writes()], verbose=0)
        assert int(vae.step) == 2 and float(vae.beta) == 0.25
        assert np.isfinite(vae.fit(digits, batch_size=64, verbose=0).history["loss"][0])
