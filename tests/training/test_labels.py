"""Labels are no target: they are left out, which is said once; a y of the target's shape is the target.

Of a conditional model y is the condition, in all kinds of data.
"""

import warnings

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.datasets import Batches

LABELS = {
    "numbers": np.arange(256) % 10,
    "one-hot": np.eye(10, dtype="float32")[np.arange(256) % 10],
    "column": (np.arange(256) % 10)[:, None],
}


def labelled(digits, y):
    """The kinds of data with labels, in batches of 64."""

    def tf_data():
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices((digits, y)).batch(64)

    def loader():
        import torch

        rows = torch.utils.data.TensorDataset(torch.tensor(digits), torch.tensor(y))
        return torch.utils.data.DataLoader(rows, batch_size=64)

    return {
        "numpy": lambda: (digits, y),
        "tf.data": tf_data,
        "DataLoader": loader,
        "PyDataset": lambda: Batches((digits, y), 64, shuffle=False),
        "generator": lambda: ((digits[i : i + 64], y[i : i + 64]) for i in range(0, 256, 64)),
    }


def notices(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    return result, [str(w.message) for w in caught if "labels are not used" in str(w.message)]


def arguments(data):
    return {"x": data[0], "y": data[1], "batch_size": 64, "shuffle": False} if isinstance(data, tuple) else {"x": data}


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        *((kind, "numbers") for kind in ("numpy", "tf.data", "DataLoader", "PyDataset", "generator")),
        *((kind, labels) for kind in ("numpy", "DataLoader") for labels in ("one-hot", "column")),
    ],
)
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras', of a generator's end
def test_labels_are_left_out_with_one_notice(digits, make_vae, fixed_noise, kind, labels):
    expected = make_vae(optimizer=keras.optimizers.SGD(1e-3))
    trained = make_vae(optimizer=keras.optimizers.SGD(1e-3))
    trained.set_weights(expected.get_weights())
    without = expected.fit(digits, batch_size=64, shuffle=False, verbose=0).history
    make = labelled(digits, LABELS[labels])[kind]
    history, said = notices(lambda: trained.fit(**arguments(make()), verbose=0).history)
    assert len(said) == 1 and "`y` of shape (batch" in said[0] and "shape (batch, 64)" in said[0]
    assert history["loss"] == pytest.approx(without["loss"], rel=1e-6)

    data = arguments(make())
    data.pop("shuffle", None)
    evaluated, said = notices(lambda: trained.evaluate(**data, verbose=0, return_dict=True))
    assert len(said) <= 1  # a stream's second one: the compiled step has said it
    assert evaluated["loss"] == pytest.approx(expected.evaluate(digits, verbose=0)[0], rel=1e-5)
    if kind != "numpy":
        predicted, said = notices(lambda: trained.predict(make(), verbose=0))
        assert predicted["mean"].shape == (256, 2) and len(said) <= 1


def test_labels_in_the_validation_data_and_beside_weights(digits, make_vae):
    y, weight = LABELS["numbers"], np.ones(256, "float32")
    vae = make_vae()
    history, said = notices(lambda: vae.fit(digits, y, sample_weight=weight, validation_data=(digits, y), verbose=0))
    assert len(said) == 1 and np.isfinite(history.history["val_loss"][0])
    plain = make_vae(optimizer=keras.optimizers.SGD(0.0))
    (loss, *_), _ = notices(lambda: plain.evaluate(digits, y, sample_weight=weight, verbose=0))
    assert loss == pytest.approx(plain.evaluate(digits, sample_weight=weight, verbose=0)[0], rel=0.05)  # other noise
    history, said = notices(lambda: vae.fit(digits, y.tolist(), verbose=0))
    assert len(said) == 1


def test_a_target_stays_a_target(digits, make_vae, fixed_noise):
    vae = make_vae(optimizer=keras.optimizers.SGD(0.0))
    for data in (arguments((digits, 1.0 - digits)), arguments(Batches((digits, 1.0 - digits), 64, shuffle=False))):
        history, said = notices(lambda data=data: vae.fit(**data, verbose=0).history)
        assert not said
        assert history["loss"][0] == pytest.approx(vae.evaluate(digits, 1.0 - digits, verbose=0)[0], rel=1e-5)
        assert history["loss"][0] != pytest.approx(vae.evaluate(digits, verbose=0)[0], rel=1e-5)


def conditional(of):
    networks = keras_vae.networks.mlp((64,), 2, hidden=(16,), condition_shape=(10,))
    vae = keras_vae.ConditionalVAE(*networks, seed=1, **of)
    vae.compile(keras.optimizers.SGD(0.0))
    return vae


@pytest.mark.parametrize(
    ("of", "conditions"),
    [({"num_classes": 10}, LABELS["numbers"]), ({"condition_shape": (10,)}, LABELS["one-hot"])],
    ids=["labels", "attributes"],
)
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras', of a generator's end
def test_y_is_the_condition_in_every_kind_of_data(digits, fixed_noise, of, conditions):
    vae = conditional(of)
    elbo = vae.elbo(digits, conditions).mean()
    mean = vae.encode(digits, conditions)[0]
    np.testing.assert_allclose(vae.predict([digits, conditions], verbose=0)["mean"], mean, rtol=1e-4, atol=1e-5)
    assert np.abs(mean - vae.encode(digits, conditions[::-1])[0]).max() > 0.1  # the condition counts
    for kind, make in labelled(digits, conditions).items():
        validation = make() if kind != "generator" else None
        history = vae.fit(**arguments(make()), validation_data=validation, verbose=0).history
        assert history["elbo"][0] == pytest.approx(elbo, rel=1e-4), kind
        assert validation is None or history["val_elbo"][0] == pytest.approx(elbo, rel=1e-4), kind
        if kind != "numpy":
            logs = vae.evaluate(make(), verbose=0, return_dict=True)
            assert logs["elbo"] == pytest.approx(elbo, rel=1e-4), kind
            predicted = vae.predict(make(), verbose=0)["mean"]
            np.testing.assert_allclose(predicted, mean, rtol=1e-4, atol=1e-5, err_msg=kind)
    pairs = (((digits[i : i + 64], conditions[i : i + 64]),) for i in range(0, 256, 64))  # what `call` takes
    np.testing.assert_allclose(vae.predict(pairs, verbose=0)["mean"], mean, rtol=1e-4, atol=1e-5)


def test_a_condition_of_a_wrong_shape_is_refused_in_every_kind_of_data(digits):
    vae = conditional({"num_classes": 10})
    message = r"`y` must be labels from 0 to 9, of shape \(batch,\)\. Received: y of shape \(batch, 10\)"
    for make in labelled(digits, LABELS["one-hot"]).values():
        for call in (vae.fit, vae.evaluate):
            data = arguments(make())
            data.pop("shuffle", None)
            with pytest.raises(ValueError, match=message):
                call(**data, verbose=0)
    vae = conditional({"condition_shape": 10})
    for make in labelled(digits, LABELS["column"]).values():
        with pytest.raises(
            ValueError, match=r"`y` must have the shape \(batch, 10\)\. Received: y of shape \(batch, 1\)"
        ):
            vae.fit(**arguments(make()), verbose=0)
