"""NaN in the data, in a file's weights, and columns of wild scales: said in words, on every backend alike."""

import keras
import numpy as np
import pytest

from keras_vae.datasets import Batches


@pytest.fixture
def holed(digits):
    x = digits.copy()
    x[::50, 3] = np.nan
    return x


def test_the_warning_says_how_many_rows_hold_nan(holed, make_vae):
    with pytest.warns(UserWarning, match="6 rows of the data held NaN or infinite values"):
        history = make_vae().fit(holed, batch_size=32, shuffle=False, validation_data=(holed[:32],), verbose=0).history
    assert history["skipped_updates"] == [6.0] and "invalid_rows" not in history
    with pytest.raises(
        ValueError, match="All 2 updates of epoch 1 were skipped: in them 128 rows of the data held NaN"
    ):
        make_vae().fit(np.full((128, 64), np.nan, "float32"), batch_size=64, verbose=0)


def test_nan_is_not_hidden_by_a_relu(holed, digits, make_vae):
    """On TensorFlow relu(NaN) is 0: with a whole target the loss would be finite."""
    vae = make_vae()
    assert vae.fit(Batches((holed, digits), 256), validation_data=(digits,), verbose=0, epochs=0).history == {}
    logs = vae.train_on_batch(holed, digits, return_dict=True)
    assert float(logs["skipped_updates"]) == 1.0
    with pytest.warns(UserWarning, match="6 rows of the data held NaN or infinite values: the losses are NaN"):
        assert np.isnan(vae.evaluate(holed, digits, verbose=0, return_dict=True)["elbo"])


def test_array_methods_refuse_nan_and_name_the_rows(holed, make_vae):
    vae = make_vae()
    for call in (vae.encode, vae.elbo, vae.reconstruct, lambda x: vae.log_weights(x, 2)):
        with pytest.raises(ValueError, match=r"`x` must hold finite numbers.* 6 of 256 rows .*\[0, 50, 100"):
            call(holed)
    with pytest.raises(ValueError, match="`z` must hold finite numbers"):
        vae.decode(np.full((1, 2), np.inf))


def test_nan_in_the_weights_of_a_file_is_said(digits, make_vae, tmp_path):
    vae = make_vae()
    kernel = vae.encoder.get_layer("mean").kernel
    kernel.assign(np.full(kernel.shape, np.nan))
    vae.save(tmp_path / "vae.keras")
    vae.save_weights(tmp_path / "vae.weights.h5")
    loaded = keras.models.load_model(tmp_path / "vae.keras")
    with pytest.warns(UserWarning, match="The file's weights hold NaN or infinite values: mean/kernel"):
        loaded.encode(digits[:2])
    with pytest.warns(UserWarning, match="The file's weights hold NaN"):
        make_vae().load_weights(tmp_path / "vae.weights.h5")


def test_columns_of_wild_scales_are_said(make_vae):
    x = np.random.default_rng(0).normal(size=(64, 64)) * np.logspace(-2, 6, 64)
    vae = make_vae(likelihood="gaussian")
    with pytest.warns(UserWarning, match="standard deviations from 0.0.* to .*Scale the data first"):
        vae.fit(x.astype("float32"), verbose=0)
    x[:, 5] = np.nan  # nothing is known of this column's spread
    with pytest.warns(UserWarning, match="values as large as .*Scale the data first"), pytest.raises(ValueError):
        vae.fit(x.astype("float32"), verbose=0)


def test_rows_of_the_target_are_counted_with_those_of_the_data(holed, digits, make_vae):
    spoilt = digits.copy()
    spoilt[[0, 7], 1] = np.inf  # row 0 holds NaN in x as well
    with pytest.warns(UserWarning, match="7 rows of the data held NaN or infinite values"):
        make_vae().evaluate(holed, spoilt, verbose=0)
