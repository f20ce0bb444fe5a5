import contextlib
import copy
import pickle
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest

from keras_vae.datasets import Batches, epoch_order
from keras_vae.rows import take

X = np.arange(10, dtype="float32")[:, None]


def epoch(batches):
    batches.on_epoch_begin()
    drawn = [batches[i] for i in range(len(batches))]
    batches.on_epoch_end()
    return drawn


def rows(drawn):
    return [float(v) for batch in drawn for v in batch[0][:, 0]]


def test_the_order_is_a_function_of_seed_and_epoch():
    batches = Batches(X, 4, seed=3)
    epochs = [rows(epoch(batches)) for _ in range(3)]
    assert len({tuple(e) for e in epochs}) == 3 and all(sorted(e) == list(range(10)) for e in epochs)
    for number, expected in enumerate(epochs):
        assert rows(epoch(Batches(X, 4, seed=3, initial_epoch=number))) == expected
        assert expected == list(np.random.default_rng([3, number]).permutation(10))
    batches.set_epoch(1)
    assert rows(epoch(batches)) == epochs[1]
    assert rows(epoch(Batches(X, 4, seed=4))) != epochs[0]
    assert rows(epoch(Batches(X, 4, shuffle=False))) == list(range(10))


def test_the_remainder():
    assert [len(b[0]) for b in epoch(Batches(X, 4))] == [4, 4, 2]
    assert [len(b[0]) for b in epoch(Batches(X, 4, remainder="drop"))] == [4, 4]
    padded = epoch(Batches(X, 4, remainder="pad"))
    assert [len(b[0]) for b in padded] == [4, 4, 4]
    assert [list(b[2]) for b in padded] == [[1] * 4, [1] * 4, [1, 1, 0, 0]]
    seen = [float(v) for x, _, w in padded for v, weight in zip(x[:, 0], w, strict=True) if weight]
    assert sorted(seen) == list(range(10))
    assert len(Batches(X, 5, remainder="drop")) == len(Batches(X, 5, remainder="pad")) == 2


def test_targets_and_weights_stay_with_their_rows():
    for remainder in ("keep", "pad"):
        for x, y, w in epoch(Batches((X, 2 * X, X[:, 0] + 1), 4, remainder=remainder)):
            np.testing.assert_array_equal(y, 2 * x)
            real = w > 0
            np.testing.assert_array_equal(w[real], x[real, 0] + 1)


def test_a_vae_sees_a_new_order_each_epoch_and_the_same_after_a_resume(make_vae, digits):
    class Watched(Batches):
        seen = []

        def __getitem__(self, index):
            batch = super().__getitem__(index)
            Watched.seen.append((self._order[:3].tobytes(), index))
            return batch

    def epochs(**arguments):
        Watched.seen = []
        make_vae().fit(Watched(digits, 64, seed=5), verbose=0, **arguments)
        return {order for order, _ in Watched.seen}

    expected = [np.random.default_rng([5, e]).permutation(256)[:3].tobytes() for e in range(4)]
    # TensorFlow may look at the first batches ahead, to learn their shapes.
    assert epochs(epochs=3) == set(expected[:3])
    assert epochs(epochs=4, initial_epoch=2) - set(expected[:1]) == set(expected[2:])


def test_a_second_fit_goes_on_with_new_orders(make_vae, digits):
    batches = Batches(digits, 64, seed=5)
    vae = make_vae()
    vae.fit(batches, epochs=2, verbose=0)
    vae.fit(batches, epochs=1, verbose=0)
    np.testing.assert_array_equal(batches._order, np.random.default_rng([5, 2]).permutation(256))


def test_with_threads(make_vae, digits):
    histories = []
    for workers in (1, 2):
        keras.utils.set_random_seed(0)
        batches = Batches(digits, 64, seed=1, workers=workers)
        histories.append(make_vae().fit(batches, epochs=2, verbose=0).history["loss"])
    assert histories[0] == pytest.approx(histories[1], rel=1e-5)


def test_epoch_order_for_several_processes():
    whole = np.random.default_rng([7, 2]).permutation(23)
    np.testing.assert_array_equal(epoch_order(23, seed=7, epoch=2), whole)
    np.testing.assert_array_equal(epoch_order(5, 0, 1, shuffle=False), np.arange(5))
    shares = [epoch_order(23, 7, 2, process=p, num_processes=3) for p in range(3)]
    assert [len(share) for share in shares] == [7, 7, 7] and len(set(np.concatenate(shares))) == 21
    for start in (0, 2, 4):  # batches of 2 in 3 processes are the batches of 6 in one
        together = np.concatenate([share[start : start + 2] for share in shares])
        assert set(together) == set(whole[3 * start : 3 * start + 6])
    several = [Batches(X, 2, seed=1, process=p, num_processes=2, remainder="drop") for p in range(2)]
    assert [len(b) for b in several] == [2, 2]
    drawn = rows(epoch(several[0])) + rows(epoch(several[1]))
    assert sorted(set(drawn)) == sorted(drawn) and set(drawn) == set(np.random.default_rng([1, 0]).permutation(10)[:8])
    for arguments, message in (
        ({"num_rows": 0}, "`num_rows` must be a whole number of at least 1. Received: num_rows=0"),
        ({"process": 2, "num_processes": 2}, "`process` must be from 0 to below num_processes=2. Received: process=2"),
        ({"num_processes": 11}, "`num_processes` must be at most the number of rows, 10. Received: num_processes=11"),
        ({"epoch": -1}, "`epoch` must be"),
        ({"seed": 0.5}, "`seed` must be"),
    ):
        with pytest.raises(ValueError, match=message):
            epoch_order(**({"num_rows": 10, "seed": 0, "epoch": 0} | arguments))


class Slow:
    """Rows that come only when they are let through, as from a slow disk."""

    def __init__(self):
        self.gate, self.asked = threading.Event(), queue.Queue()

    def take(self, array, positions):
        self.asked.put((threading.current_thread().name, tuple(positions)))
        assert self.gate.wait(10)
        return take(array, positions)


@pytest.mark.parametrize("workers", [0, 1, 2, 4])
def test_workers_change_no_batch(workers):
    batches, alone = Batches(X, 3, seed=3, workers=workers, max_queue_size=2), Batches(X, 3, seed=3)
    assert batches.workers == 1  # Keras would start its own before an epoch begins
    for begin in (lambda b: None, lambda b: None, lambda b: b.set_epoch(7, first_batch=2), lambda b: None):
        begin(batches), begin(alone)
        batches[0]  # as `fit` looks at a first batch
        assert rows(epoch(batches)) == rows(epoch(alone))
    copied = pickle.loads(pickle.dumps(batches))
    assert rows(epoch(copied)) == rows(epoch(copy.deepcopy(batches))) == rows(epoch(alone))


def test_what_a_worker_began_is_not_taken_for_another_epoch(monkeypatch):
    """A worker that is still reading the old epoch when the new one begins."""
    slow = Slow()
    monkeypatch.setattr("keras_vae.datasets.batches.take", slow.take)
    batches = Batches(X, 5, seed=3, workers=2)
    slow.gate.set()
    old, new = (np.random.default_rng([3, e]).permutation(10) for e in (0, 1))
    assert list(batches[0][0][:, 0]) == list(old[:5])
    names = {slow.asked.get(timeout=10)[0] for _ in range(2)}
    assert all(name.startswith("keras_vae_batches") for name in names)  # both batches, neither in this thread
    batches.on_epoch_begin()
    batches.on_epoch_end()
    slow.gate.clear()
    with ThreadPoolExecutor(2) as consumers:
        first = consumers.submit(batches.__getitem__, 0)  # of the old epoch, which its worker is kept from reading
        assert {slow.asked.get(timeout=10)[1] for _ in range(1)} == {tuple(old[:5])}
        batches.on_epoch_begin()
        second = consumers.submit(batches.__getitem__, 1)
        slow.gate.set()
        assert list(first.result(10)[0][:, 0]) == list(old[:5])
        assert list(second.result(10)[0][:, 0]) == list(new[5:])


def test_an_error_in_a_worker_is_raised():
    batches = Batches(X, 4, workers=2)
    batches.arrays = (None,)
    with pytest.raises(TypeError, match="subscriptable"):
        batches[0]


def test_a_resumed_fit_with_workers_trains_to_the_same_weights(make_vae, digits):
    weights = []
    for workers in (1, 4):
        keras.utils.set_random_seed(0)
        batches = Watched(digits, 64, seed=5, workers=workers)
        vae = make_vae(seed=1)
        vae.fit(batches, initial_epoch=1, epochs=3, verbose=0)
        assert batches.drawn[-8:] == expected_batches(digits, 64, 5, (1, 0), (2, 0))
        weights.append([keras.ops.convert_to_numpy(w) for w in vae.weights])
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_processes_are_refused():
    with pytest.raises(ValueError, match="`use_multiprocessing` must be False: .* Received: use_multiprocessing=True"):
        Batches(X, workers=2, use_multiprocessing=True)


def kinds_of_arrays(x, folder):
    """Return the rows of x as each kind of array that `fit` takes, where its library is there."""
    memmap = np.memmap(folder / "x.bin", dtype=x.dtype, mode="w+", shape=x.shape)
    memmap[:] = x
    kinds = {"numpy": x, "memmap": memmap, "keras": keras.ops.convert_to_tensor(x), "variable": keras.Variable(x)}
    with contextlib.suppress(ImportError):
        import pandas

        frame = pandas.DataFrame(np.concatenate([x, x + 100])).sample(frac=1, random_state=0)  # labels are no positions
        frame.iloc[:10] = x
        kinds["pandas"] = frame.iloc[:10]
    with contextlib.suppress(ImportError):
        import h5py

        kinds["h5py"] = h5py.File(folder / "x.h5", "w").create_dataset("x", data=x)
    with contextlib.suppress(ImportError):
        import torch

        kinds["torch"] = torch.tensor(x, requires_grad=True)
    return kinds


@pytest.mark.parametrize("remainder", ["keep", "pad"])
def test_every_kind_of_array_gives_the_same_batches(tmp_path, remainder):
    x = np.random.default_rng(0).random((10, 3), dtype="float32")
    for kind, array in kinds_of_arrays(x, tmp_path).items():
        for (one, *_), (other, *_) in zip(
            epoch(Batches(array, 4, seed=1, remainder=remainder)),
            epoch(Batches(x, 4, seed=1, remainder=remainder)),
            strict=True,
        ):
            assert type(one) is np.ndarray, kind
            np.testing.assert_array_equal(one, other, err_msg=kind)


def test_weights_of_a_series_stay_with_their_rows():
    pandas = pytest.importorskip("pandas")
    weights = pandas.Series(np.arange(10.0)).sample(frac=1, random_state=0)
    ((_, _, w),) = epoch(Batches((X, X, weights), 10, shuffle=False))
    np.testing.assert_array_equal(w, weights.to_numpy())
    ((x, y, w),) = epoch(Batches((X[:6], None, weights.iloc[4:]), 6, shuffle=False))
    np.testing.assert_array_equal(w, weights.to_numpy()[4:])
    np.testing.assert_array_equal(x, y)
    assert len(Batches((X, None, None))[0]) == len(Batches((X, None))[0]) == 1


class Watched(Batches):
    """Keeps the epoch and the first row of each batch that is drawn within an epoch."""

    def __init__(self, *args, **kwargs):
        self.drawn, self.within = [], False
        super().__init__(*args, **kwargs)

    def on_epoch_begin(self):
        super().on_epoch_begin()
        self.within = True

    def on_epoch_end(self):
        super().on_epoch_end()
        self.within = False

    def __getitem__(self, index):
        batch = super().__getitem__(index)
        if self.within:
            self.drawn.append(tuple(batch[0][:, 0]))
        return batch


def numbered_rows(n=100):
    """Rows of 64 pixels that say their number."""
    return np.repeat(np.arange(n, dtype="float32")[:, None] / n, 64, axis=1)


def expected_batches(x, batch_size, seed, *places):
    """Return the batches of some epochs `(epoch, first_batch)` one after the other."""
    batches = []
    for epoch_number, first in places:
        order = np.random.default_rng([seed, epoch_number]).permutation(len(x))
        starts = range(first * batch_size, len(x), batch_size)
        batches += [tuple(x[order[start : start + batch_size], 0]) for start in starts]
    return batches


def test_an_epoch_begun_in_its_middle():
    batches = Batches(X, 4, seed=3)
    whole = epoch(Batches(X, 4, seed=3, initial_epoch=5))
    batches.set_epoch(5, first_batch=1)
    assert batches.epoch == 5 and batches.next_epoch == (5, 1)
    assert len(batches) == len(list(batches)) == 2 and batches.num_batches == 3
    assert rows(epoch(batches)) == rows(whole[1:])
    assert len(batches) == 3 and batches.epoch == 5 and batches.next_epoch == (6, 0)
    assert rows(epoch(batches)) == rows(epoch(Batches(X, 4, seed=3, initial_epoch=6)))
    padded = Batches(X, 4, seed=3, remainder="pad")
    padded.set_epoch(5, first_batch=2)
    assert [list(b[2]) for b in epoch(padded)] == [[1, 1, 0, 0]]
    for bad in (-1, 3, 1.5):
        with pytest.raises(ValueError, match="`first_batch` must be"):
            batches.set_epoch(5, first_batch=bad)
    with pytest.raises(ValueError, match="`epoch` must be a whole number of at least 0. Received: epoch=-1"):
        batches.set_epoch(-1)


class Resume(keras.callbacks.Callback):
    """Tells the data where to go on, as a callback does that reads a backup."""

    def __init__(self, data, *place):
        super().__init__()
        self.data, self.place = data, place

    def on_train_begin(self, logs=None):
        self.data.set_epoch(*self.place)


@pytest.mark.parametrize(
    ("by", "metrics"),
    [("callback", ()), ("caller", ("mse",))],
    ids=["from a callback", "from before, and Keras builds a metric from a batch"],
)
def test_fit_goes_on_in_the_middle_of_an_epoch(make_vae, metrics, by):
    x, vae = numbered_rows(), make_vae()
    vae.compile("adam", metrics=list(metrics))
    batches = Watched(x, 32, seed=2)  # 4 batches, the last one smaller
    callbacks = [Resume(batches, 1, 3)] if by == "callback" else []
    if by == "caller":
        batches.set_epoch(1, first_batch=3)
    vae.fit(batches, initial_epoch=1, epochs=4, callbacks=callbacks, verbose=0)
    assert int(vae.step) == 1 + 4 + 4
    assert batches.drawn[-9:] == expected_batches(x, 32, 2, (1, 3), (2, 0), (3, 0))


def test_an_epoch_that_was_cut_off_leaves_the_next_ones_whole(make_vae):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    x, vae, batches = numbered_rows(), make_vae(), Watched(numbered_rows(), 32, seed=2)
    batches.set_epoch(1, first_batch=2)
    vae.fit(batches, initial_epoch=1, epochs=4, callbacks=[Stop()], verbose=0)
    batches.drawn.clear()
    vae.fit(batches, initial_epoch=2, epochs=4, verbose=0)
    assert int(vae.step) == 1 + 4 + 4
    assert batches.drawn[-8:] == expected_batches(x, 32, 2, (2, 0), (3, 0))


def test_keras_look_at_a_batch_takes_no_epoch_away(make_vae):
    """On JAX and PyTorch Keras begins an epoch before the training where a metric is not built."""
    vae, batches = make_vae(), Watched(numbered_rows(), 32, seed=2)
    vae.compile("adam", metrics=["mse"])
    vae.fit(batches, epochs=1, verbose=0)
    assert batches.drawn[-4:] == expected_batches(numbered_rows(), 32, 2, (0, 0))
    assert batches.next_epoch == (1, 0)


def test_steps_in_one_execution_in_the_middle_of_an_epoch(make_vae):
    if keras.backend.backend() == "torch":
        pytest.skip("Keras has no steps_per_execution on PyTorch")
    x, vae, batches = numbered_rows(96), make_vae(), Watched(numbered_rows(96), 16, seed=2)
    vae.compile("adam", steps_per_execution=2)
    vae.fit(batches, initial_epoch=1, epochs=3, callbacks=[Resume(batches, 1, 4)], verbose=0)
    assert int(vae.step) == 2 + 6
    assert batches.drawn[-8:] == expected_batches(x, 16, 2, (1, 4), (2, 0))


def test_bad_arguments():
    with pytest.raises(ValueError, match="`arrays` must be one to three arrays .* Received: 2 arrays with the rows"):
        Batches((X, X[:5]))
    with pytest.raises(ValueError, match="`arrays` must be"):
        Batches(X[:0])
    with pytest.raises(ValueError, match="`y` must be an array of real numbers .* Received: y of type dict"):
        Batches((X, {"labels": X}))
    with pytest.raises(ValueError, match="`arrays` must hold arrays, not lists"):
        Batches([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="`arrays` must be one to three arrays"):
        Batches((X, X, X[:, 0], X))
    with pytest.raises(IndexError, match="`index` must be from 0 to below 3. Received: 3"):
        Batches(X, 4)[3]
    with pytest.raises(ValueError, match="`workers` must be a whole number of at least 0. Received: workers=-1"):
        Batches(X, 4, workers=-1)
    with pytest.raises(ValueError, match="`batch_size` must be a whole number of at least 1. Received: batch_size=0"):
        Batches(X, 0)
    with pytest.raises(ValueError, match="`remainder` must be one of 'keep', 'drop', 'pad'"):
        Batches(X, 4, remainder="cut")
    with pytest.raises(ValueError, match="`batch_size` must be at most the number of rows, 10"):
        Batches(X, 11, remainder="drop")
