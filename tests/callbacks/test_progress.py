"""The lines of `Progress`, with a clock that the tests set."""

import keras
import numpy as np
import pytest

from keras_vae.callbacks import Progress, progress


class Clock:
    """Moves by `step` seconds at each look."""

    def __init__(self, step):
        self.now, self.step = 0.0, step

    def __call__(self):
        self.now += self.step
        return self.now


@pytest.fixture
def clock(monkeypatch):
    def set_clock(step):
        monkeypatch.setattr(progress, "perf_counter", Clock(step))

    set_clock(0.001)
    return set_clock


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def test_a_line_every_few_epochs_and_at_the_end(make_vae, digits, clock, capsys):
    history = (
        make_vae().fit(digits, validation_data=(digits,), epochs=5, verbose=0, callbacks=[Progress(every=2)]).history
    )
    first, second, last = lines(capsys)
    assert first.startswith("epoch 2/5  loss ") and second.startswith("epoch 4/5  loss ")
    shown = [f"{name} {history[name][-1]:#.4g}" for name in ("loss", "elbo", "val_elbo", "beta")]
    assert last == f"epoch 5/5  {'  '.join(shown)}  0 s"
    assert max(map(len, (first, second, last))) < 90


@pytest.mark.parametrize(
    ("epochs", "interval"), [(1, 1), (20, 1), (21, 2), (100, 5), (150, 10), (401, 50), (4000, 200)]
)
def test_at_most_twenty_lines_by_default(epochs, interval):
    assert progress._interval(epochs) == interval and epochs / interval <= 20


def test_the_last_epoch_is_said_where_the_training_stops_early(make_vae, digits, clock, capsys):
    stop = keras.callbacks.LambdaCallback()
    stop.on_epoch_end = lambda epoch, logs=None: setattr(stop.model, "stop_training", epoch == 2)
    make_vae().fit(digits, epochs=40, verbose=0, callbacks=[Progress(every=10), stop])
    (line,) = lines(capsys)
    assert line.startswith("epoch  3/40  loss")


def test_it_is_not_silent_for_long(make_vae, digits, clock, capsys):
    """At four seconds a look, each third look finds more than nine seconds of silence, in whatever batch it is."""
    clock(4.0)
    make_vae().fit(digits, batch_size=32, epochs=1, verbose=0, callbacks=[Progress(every=1)])
    printed = lines(capsys)
    assert [line.split("  ")[1] for line in printed[:-1]] == ["batch 3/8", "batch 6/8"]
    seconds = [int(line.split()[-2]) for line in printed]
    assert np.max(np.diff([0, *seconds])) <= 16


def test_a_long_validation_says_so(make_vae, digits, clock, capsys):
    clock(4.0)
    vae = make_vae()
    vae.fit(digits[:2], validation_data=(digits,), validation_batch_size=64, verbose=0, callbacks=[Progress()])
    assert any(line.startswith("epoch 1/1  validation, batch 2") for line in lines(capsys))
    vae.evaluate(digits, verbose=0, callbacks=[Progress()])
    assert lines(capsys) == []  # evaluate alone has no epoch


@pytest.mark.filterwarnings("ignore:.*updates of epoch")
def test_skipped_updates_are_said_where_there_are_any(make_vae, digits, clock, capsys):
    x = digits.copy()
    x[0] = np.nan  # in one batch of each epoch
    make_vae().fit(x, batch_size=64, epochs=4, verbose=0, callbacks=[Progress(every=2)])
    assert [line.split("  ")[-2] for line in lines(capsys)] == ["2 updates skipped"] * 2


def test_another_model_and_a_title(digits, clock, capsys):
    model = keras.Sequential([keras.layers.Dense(64)])
    model.compile(loss="mse")
    names = ("loss", "val_loss")
    history = model.fit(
        digits,
        digits,
        validation_split=0.5,
        epochs=1,
        verbose=0,
        callbacks=[Progress(names=names, title="seed 1 of 2")],
    ).history
    shown = "  ".join(f"{name} {history[name][0]:#.4g}" for name in names)
    assert lines(capsys) == [f"seed 1 of 2: epoch 1/1  {shown}  0 s"]


def test_bad_input():
    with pytest.raises(ValueError, match="`every` must be a whole number of at least 1. Received: every=0"):
        Progress(every=0)
    with pytest.raises(ValueError, match="`names` must be a sequence of names of logs. Received: names='loss'"):
        Progress(names="loss")
