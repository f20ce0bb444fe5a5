"""How a model's functions of tensors are run over arrays."""

from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest

from keras_vae.arrays import BLOCK, Stream, fixed_size, padded


@pytest.fixture(scope="module")
def vae(make_vae):
    keras.utils.set_random_seed(0)
    return make_vae(seed=1)


def test_fixed_sizes_are_the_powers_of_two():
    assert [fixed_size(n) for n in (1, 2, 3, 4, 5, 200, 256, np.int64(257))] == [1, 2, 4, 4, 8, 256, 256, 512]


def test_padding_repeats_the_first_row():
    np.testing.assert_array_equal(padded([[1, 2], [3, 4]], 4), [[1, 2], [3, 4], [1, 2], [1, 2]])
    assert padded([[1, 2]], 1).dtype == np.float32


def test_few_shapes_are_compiled_for_all_numbers_of_rows(digits, make_vae):
    vae = make_vae(seed=1)
    seen = {}

    def record(name, function):
        def recording(*tensors):
            seen.setdefault(name, set()).add(tuple(tensors[-1].shape)[0])
            return function(*tensors)

        return recording

    vae.require_built()
    compile_function = vae.compile_function
    names = iter(range(100))
    vae.compile_function = lambda function: record(next(names), compile_function(function))
    for n in (3, 4, 5, 6, 7, 9, 11, 13):
        assert vae.encode(digits[:n])[0].shape == (n, 2)
        assert vae.reconstruct(digits[:n], batch_size=12).shape == (n, 64)
        assert vae.sample(n).shape == (n, 64)
        assert vae.log_weights(digits[:n], 3).shape == (n, 3)
        assert vae.elbo(digits[:n]).shape == (n,)
        assert vae.sample(n, observe=True).shape == (n, 64)
    powers, seed_words = {4, 8, 16}, {2}
    encode, reconstruct, sample_codes, decode, log_weights, elbo, observe = seen.values()
    assert encode == decode == log_weights == powers and reconstruct == {4, 8, 12}
    assert sample_codes == seed_words and elbo == observe == {BLOCK}


def test_the_rows_that_fill_up_do_not_show(digits, vae):
    mean, log_var = vae.encode(digits[:8])
    for n in (1, 3, 5, 7):
        for part, whole in zip(vae.encode(digits[:n]), (mean, log_var), strict=True):
            np.testing.assert_allclose(part, whole[:n], rtol=1e-5, atol=1e-6)
    log_joint, gradient = vae.log_joint_and_gradient(digits[:8], mean)
    for part, whole in zip(vae.log_joint_and_gradient(digits[:5], mean[:5]), (log_joint, gradient), strict=True):
        assert part.shape == whole[:5].shape
        np.testing.assert_allclose(part, whole[:5], rtol=1e-4, atol=1e-4)


def test_draws_are_of_the_prior_and_repeat_with_a_seed(vae):
    codes = vae.sample_codes(3000, seed=0)
    assert codes.shape == (3000, 2)
    assert np.abs(codes.mean(axis=0)).max() < 0.1 and np.abs(codes.std(axis=0) - 1.0).max() < 0.06
    np.testing.assert_array_equal(vae.sample_codes(5, seed=3), vae.sample_codes(5, seed=3))
    assert np.linalg.norm(vae.sample_codes(500, truncation=1.0, seed=0), axis=1).max() <= 1.0


def test_a_seed_changes_no_state(vae, digits):
    before = [np.array(keras.ops.convert_to_numpy(variable)) for variable in vae.variables]
    vae.elbo(digits, seed=3), vae.sample(5, observe=True, seed=3), vae.log_weights(digits, 2, seed=3)
    for variable, value in zip(vae.variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), value)


def test_a_row_gets_what_its_place_and_the_seed_say(vae, digits):
    whole = vae.elbo(digits, seed=0)
    for batch_size in (1, 7, 1000):
        np.testing.assert_array_equal(vae.elbo(digits, seed=0, batch_size=batch_size), whole)
    for n in (1, 5, BLOCK, BLOCK + 1):
        np.testing.assert_allclose(vae.elbo(digits[:n], seed=0), whole[:n], rtol=1e-5)
        np.testing.assert_array_equal(vae.sample_codes(n, seed=0), vae.sample_codes(n + 1, seed=0)[:n])
        np.testing.assert_array_equal(vae.sample(n, observe=True, seed=0), vae.sample(300, observe=True, seed=0)[:n])
    assert np.unique(vae.sample_codes(300, seed=0)).size == 600  # no block repeats another
    assert not np.array_equal(vae.elbo(digits, seed=1), whole)


def test_streams_are_different_and_repeat():
    streams = [Stream(0, seed, block) for seed in (0, 1, -1, 2**63 - 1) for block in range(3)] + [Stream(0, 0)]
    states = [tuple(stream.state()) for stream in streams]
    assert len(set(states)) == len(states) and all(0 <= word < 2**30 for state in states for word in state)
    assert tuple(Stream(0, 1).part(2).state()) == tuple(Stream(0, 1, 2).state())


def test_calls_from_threads_are_the_single_threaded_ones(make_vae, digits):
    vae = make_vae(latent_dim=3, seed=1)
    calls = {
        "elbo": lambda seed: vae.elbo(digits[:32], seed=seed),
        "log_weights": lambda seed: vae.log_weights(digits[:4], 5, seed=seed),
        "sample": lambda seed: vae.sample(4, observe=True, seed=seed),
    }
    for name, call in calls.items():
        expected = [call(seed) for seed in range(3)]
        with ThreadPoolExecutor(8) as pool:
            for i, got in enumerate(pool.map(lambda i, call=call: call(i % 3), range(60))):
                np.testing.assert_allclose(got, expected[i % 3], rtol=1e-5, err_msg=name)


def test_calls_from_threads_without_a_seed_never_repeat(vae):
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: vae.sample_codes(2).tobytes(), range(60)))
    assert len(set(drawn)) == 60
