import keras
import numpy as np
import pytest

from keras_vae.datasets import Batches

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


def test_bad_arguments():
    with pytest.raises(ValueError, match="`arrays` must be one to three arrays .* Received: 2 arrays with the rows"):
        Batches((X, X[:5]))
    with pytest.raises(ValueError, match="`arrays` must be"):
        Batches(X[:0])
    with pytest.raises(ValueError, match="`batch_size` must be a whole number of at least 1. Received: batch_size=0"):
        Batches(X, 0)
    with pytest.raises(ValueError, match="`remainder` must be one of 'keep', 'drop', 'pad'"):
        Batches(X, 4, remainder="cut")
    with pytest.raises(ValueError, match="`batch_size` must be at most the number of rows, 10"):
        Batches(X, 11, remainder="drop")
