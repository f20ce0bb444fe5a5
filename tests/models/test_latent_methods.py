import keras
import numpy as np
import pytest

from keras_vae.arrays import BLOCK


@pytest.fixture(scope="module")
def vae(make_vae, digits):
    keras.utils.set_random_seed(0)
    vae = make_vae(latent_dim=3, seed=4)
    vae.fit(digits, epochs=2, verbose=0)
    return vae


def test_encode_decode_and_reconstruct_are_the_networks(vae, digits):
    mean, log_var = vae.encode(digits)
    expected = vae.encoder.predict(digits, verbose=0)
    np.testing.assert_allclose(mean, expected[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(log_var, expected[1], rtol=1e-5, atol=1e-6)
    images = 1 / (1 + np.exp(-vae.decoder.predict(mean, verbose=0)))
    np.testing.assert_allclose(vae.decode(mean), images, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(vae.reconstruct(digits), images, rtol=1e-5, atol=1e-6)
    for array in (mean, log_var, vae.decode(mean)):
        assert isinstance(array, np.ndarray) and array.dtype == np.float32


def test_batches_and_order_change_no_value(vae, digits):
    order = np.random.default_rng(0).permutation(len(digits))
    whole = vae.encode(digits)[0]
    np.testing.assert_allclose(vae.encode(digits, batch_size=100)[0], whole, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(vae.encode(digits[order], batch_size=7)[0], whole[order], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(vae.encode(digits[:1])[0], whole[:1], rtol=1e-5, atol=1e-6)


def test_other_arrays_are_taken(vae, digits, tmp_path):
    whole = vae.encode(digits)[0]
    np.testing.assert_allclose(vae.encode(keras.ops.convert_to_tensor(digits))[0], whole, rtol=1e-6)
    np.testing.assert_allclose(vae.encode(digits.astype("float64"))[0], whole, rtol=1e-6)
    np.testing.assert_allclose(vae.encode(digits.tolist())[0], whole, rtol=1e-6)
    mapped = np.memmap(tmp_path / "digits", dtype="float32", mode="w+", shape=digits.shape)
    mapped[:] = digits
    np.testing.assert_allclose(vae.encode(mapped)[0], whole, rtol=1e-6)


def test_samples_never_repeat_and_do_with_a_seed(vae):
    draws = [vae.sample(4) for _ in range(3)] + [vae.sample(4, seed=seed) for seed in (0, 1)]
    assert len({d.tobytes() for d in draws}) == 5
    np.testing.assert_array_equal(vae.sample(4, seed=1), draws[-1])
    np.testing.assert_array_equal(vae.sample(4, observe=True, seed=1), vae.sample(4, observe=True, seed=1))
    assert not np.array_equal(vae.sample(4), vae.sample(4))  # a seed does not stay


def test_predict_and_fit_never_repeat_their_noise(vae, digits):
    one, other = (vae.predict(digits, verbose=0) for _ in range(2))
    np.testing.assert_array_equal(one["mean"], other["mean"])
    noise = [(out["z"] - out["mean"]) / np.exp(out["log_var"] / 2) for out in (one, other)]
    assert len(np.unique(np.round(np.concatenate(noise), 5))) > 0.95 * 2 * noise[0].size
    assert abs(np.concatenate(noise).std() - 1) < 0.05
    vae.optimizer.learning_rate.assign(0.0)
    losses = [vae.fit(digits[:64], batch_size=64, verbose=0).history["loss"][0] for _ in range(3)]
    assert len(set(losses)) == 3


def test_the_same_seed_gives_the_same_training(make_vae, digits):
    losses = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        losses.append(make_vae(seed=9).fit(digits, shuffle=False, verbose=0).history["loss"])
    assert losses[0] == losses[1]


def test_observed_samples_are_draws_of_the_likelihood(vae):
    images = vae.sample(500, observe=True)
    assert set(np.unique(images)) == {0.0, 1.0}
    assert images.mean() == pytest.approx(vae.sample(500).mean(), abs=0.03)


def test_temperature_and_truncation(vae, make_vae):
    np.testing.assert_allclose(vae.sample(3, temperature=0.0), np.repeat(vae.decode(np.zeros((1, 3))), 3, 0), rtol=1e-5)
    for latent_dim, truncation in ((2, 0.5), (128, 2.5)):
        wide = make_vae(latent_dim=latent_dim)
        assert wide.sample(20, truncation=truncation).shape == (20, 64)
        tiny = wide.sample(20, truncation=1e-2 if latent_dim == 2 else truncation, temperature=1e-4)
        np.testing.assert_allclose(tiny, np.repeat(wide.decode(np.zeros((1, latent_dim))), 20, 0), atol=1e-3)


def test_interpolate(vae, digits):
    images = vae.interpolate(digits[0], digits[1], steps=5)
    assert images.shape == (5, 64)
    np.testing.assert_allclose(images[[0, -1]], vae.reconstruct(digits[:2]), rtol=1e-4, atol=1e-6)
    middle = vae.encode(digits[:2])[0].mean(axis=0, keepdims=True)
    np.testing.assert_allclose(images[2:3], vae.decode(middle), rtol=1e-4, atol=1e-6)
    assert vae.interpolate(digits[:4], digits[4:8], steps=3).shape == (4, 3, 64)


def test_traverse(vae, digits):
    images = vae.traverse(digits[0], dimension=1, values=[-1.0, 0.5])
    code = vae.encode(digits[:1])[0]
    for image, value in zip(images, (-1.0, 0.5), strict=True):
        code[0, 1] = value
        np.testing.assert_allclose(image[None], vae.decode(code), rtol=1e-5, atol=1e-6)
    assert vae.traverse(digits[:3], dimension=-1, values=np.zeros(4)).shape == (3, 4, 64)


def test_elbo_is_per_example_and_independent_of_beta(vae, digits):
    one = vae.elbo(digits, seed=1)
    assert one.shape == (256,)
    vae.beta.assign(9.0)
    np.testing.assert_allclose(vae.elbo(digits, seed=1), one, rtol=1e-6)
    vae.beta.assign(1.0)
    assert vae.elbo(digits, num_samples=30).mean() == pytest.approx(
        vae.evaluate(digits, verbose=0, return_dict=True)["elbo"], abs=0.5
    )
    assert vae.elbo(digits, num_samples=30).std() < vae.elbo(digits).std()


def test_memory_is_bounded_by_the_batch(vae, monkeypatch):
    """Each step sees batch_size rows, however many there are: what a step needs does not grow."""
    sizes = []
    compile_function = type(vae).compile_function

    def spying(self, function):
        compiled = compile_function(self, function)

        def call(*arrays):
            sizes.append(arrays[-1].shape[0])
            return compiled(*arrays)

        return call

    monkeypatch.setattr(type(vae), "compile_function", spying)
    rows = np.broadcast_to(np.float32(0.5), (1000, 64))  # one number in memory
    for call, expected in (
        (lambda: vae.encode(rows, batch_size=64), [64] * 16),
        (lambda: vae.elbo(rows, batch_size=64), [BLOCK] * 8),  # draws come in blocks
        (lambda: vae.decode(np.zeros((1000, 3)), batch_size=64), [64] * 16),
    ):
        vars(vae).pop("_compiled_functions", None)
        sizes.clear()
        call()
        assert sizes == expected
    vars(vae).pop("_compiled_functions")


def test_bad_arguments(vae, digits):
    cases = {
        r"`x` must have the shape \(batch, 64\)": lambda: vae.encode(digits[:, :5]),
        r"`z` must have the shape \(batch, 3\)": lambda: vae.decode(digits),
        "`x` must have at least one row": lambda: vae.elbo(digits[:0]),
        "`n` must be a whole number of at least 1": lambda: vae.sample(0),
        "`temperature` must be a number of at least 0.0. Received: temperature=-1": lambda: vae.sample(
            1, temperature=-1
        ),
        "`truncation` must be a number above 0.0": lambda: vae.sample(1, truncation=0),
        "`seed` must be an int or None": lambda: vae.sample(1, seed=1.5),
        "`steps` must be a whole number of at least 2": lambda: vae.interpolate(digits[0], digits[1], steps=1),
        "`x_b` must have the shape of x_a": lambda: vae.interpolate(digits[0], digits[1:3]),
        "`dimension` must be an int from -3 to 2. Received: 3": lambda: vae.traverse(digits[0], 3, [0.0]),
        "`values` must be a list of at least one float": lambda: vae.traverse(digits[0], 0, []),
        "`num_samples` must be a whole number": lambda: vae.elbo(digits, num_samples=0),
        "`batch_size` must be a whole number": lambda: vae.encode(digits, batch_size=0),
    }
    for message, call in cases.items():
        with pytest.raises(ValueError, match=message):
            call()
