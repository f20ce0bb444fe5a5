"""How a model's functions of tensors are run over arrays."""

import keras
import numpy as np
import pytest

from keras_vae.models.batched import fixed_size, padded


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
            seen.setdefault(name, set()).add(tuple(tensors[0].shape)[0])
            return function(*tensors)

        return recording

    vae.require_built()
    compile_function = vae.compile_function
    vae.compile_function = lambda function: record(function.__name__, compile_function(function))
    for n in (3, 4, 5, 6, 7, 9, 11, 13):
        assert vae.encode(digits[:n])[0].shape == (n, 2)
        assert vae.elbo(digits[:n], batch_size=12).shape == (n,)
        assert vae.sample(n).shape == vae.sample(n, observe=True).shape == (n, 64)
        assert vae.log_weights(digits[:n], 3).shape == (n, 3)
    powers = {4, 8, 16}
    assert seen["_encode"] == seen["_decode"] == seen["_observe"] == seen["<lambda>"] == powers
    assert seen["_elbo_parts"] == {4, 8, 12}


def test_the_rows_that_fill_up_do_not_show(digits, make_vae):
    vae = make_vae(seed=1)
    mean, log_var = vae.encode(digits[:8])
    for n in (1, 3, 5, 7):
        for part, whole in zip(vae.encode(digits[:n]), (mean, log_var), strict=True):
            np.testing.assert_allclose(part, whole[:n], rtol=1e-5, atol=1e-6)
    log_joint, gradient = vae.log_joint_and_gradient(digits[:8], mean)
    for part, whole in zip(vae.log_joint_and_gradient(digits[:5], mean[:5]), (log_joint, gradient), strict=True):
        assert part.shape == whole[:5].shape
        np.testing.assert_allclose(part, whole[:5], rtol=1e-4, atol=1e-4)


def test_draws_are_of_the_prior_and_repeat_with_a_seed(make_vae):
    vae = make_vae(seed=1)
    codes = vae.sample_codes(3000, seed=0)
    assert codes.shape == (3000, 2)
    assert np.abs(codes.mean(axis=0)).max() < 0.1 and np.abs(codes.std(axis=0) - 1.0).max() < 0.06
    np.testing.assert_array_equal(vae.sample_codes(5, seed=3), vae.sample_codes(5, seed=3))
    assert np.linalg.norm(vae.sample_codes(500, truncation=1.0, seed=0), axis=1).max() <= 1.0


def test_an_interrupt_gives_the_noise_back(make_vae):
    vae = make_vae(seed=1)
    state = vae.sampling.evaluation_noise.state
    before = np.array(keras.ops.convert_to_numpy(state))
    with pytest.raises(KeyboardInterrupt), vae.seeded(3):
        raise KeyboardInterrupt
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(state), before)
