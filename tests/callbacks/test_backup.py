"""A training that is stopped anywhere and called again ends as the uninterrupted one, to the last bit."""

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.callbacks import Backup, BetaAnnealing, CollapseMonitor, backup_file
from keras_vae.datasets import Batches

EPOCHS = 3  # of 3 batches


class Stop(Exception):
    """Stands for a kill."""


class StopBefore(keras.callbacks.Callback):
    """Raise before a batch of an epoch, before its validation (batch "validation"), or at its end (batch None)."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.at, self.batch, self.epoch = epoch, batch, None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == (self.at, self.batch):
            raise Stop

    def on_test_begin(self, logs=None):
        if (self.epoch, "validation") == (self.at, self.batch):
            raise Stop

    def on_epoch_end(self, epoch, logs=None):
        if (epoch, None) == (self.at, self.batch):
            raise Stop


class Watch(keras.callbacks.Callback):
    """Remember the logs of each epoch and the rate; has a state of its own that a resumed training needs."""

    BACKED_UP = ("total",)

    def __init__(self, logs):
        super().__init__()
        self.logs, self.total = logs, 0.0

    def on_epoch_end(self, epoch, logs=None):
        self.total += logs["loss"]
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.logs[epoch] = {**logs, "rate": rate, "total": self.total}


def network(dropout_seed):
    """An encoder with batch statistics and noise of its own."""
    keras.utils.set_random_seed(5)
    x = keras.Input((64,))
    h = keras.layers.BatchNormalization()(keras.layers.Dense(12, activation="relu")(x))
    h = keras.layers.Dropout(0.1, seed=dropout_seed)(h)
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    _, decoder = keras_vae.networks.mlp((64,), 2, hidden=(12,))
    return encoder, decoder


def train(digits, logs, *callbacks, dropout_seed=11, metrics=("mse",)):
    """Make the same model anew, train it, and return what the next step would depend on."""
    beta = keras_vae.schedules.Linear(duration=9)
    vae = keras_vae.VAE(*network(dropout_seed=dropout_seed), beta=beta, seed=3)
    vae.compile(keras.optimizers.Adam(1e-2), metrics=list(metrics))
    vae.fit(
        Batches(digits[:40], 16, seed=1),
        epochs=EPOCHS,
        validation_data=(digits[40:60],),
        callbacks=[
            *callbacks,  # Backup comes first here, and must see what those after it have done
            BetaAnnealing(keras_vae.schedules.Linear(duration=2)),
            keras.callbacks.ReduceLROnPlateau("reconstruction_loss", patience=1, factor=0.5, min_delta=100, mode="min"),
            keras.callbacks.EarlyStopping(
                "val_reconstruction_loss", patience=2, min_delta=0.5, mode="min", restore_best_weights=True
            ),
            CollapseMonitor(digits[:20]),
            Watch(logs),
        ],
        verbose=0,
    )
    variables = [*vae.variables, *vae.optimizer.variables]
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


@pytest.fixture(scope="module")
def straight(digits):
    logs = {}
    return train(digits, logs), logs


@pytest.mark.parametrize(
    ("every", "stops"),
    [(1, [(0, 2), (0, "validation")]), (2, [(1, None)])],
    ids=["within an epoch, and after its last batch", "at an epoch's end"],
)
def test_it_ends_as_the_uninterrupted_training_with_the_same_logs(straight, digits, tmp_path, every, stops):
    path = tmp_path / "folder" / "backup.npz"
    logs = {}
    for stop in stops:
        with pytest.raises(Stop):
            train(digits, logs, Backup(path, every), StopBefore(*stop))
    state = train(digits, logs, Backup(path, every))
    expected, expected_logs = straight
    assert len(state) == len(expected) > 40
    for one, other in zip(state, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert logs == expected_logs
    assert [entry.name for entry in path.parent.iterdir()] == ["backup.npz"]


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="elsewhere every layer's noise is a variable of its own")
def test_noise_of_the_backends_own_goes_on_after_an_epoch(digits, tmp_path):
    expected = train(digits, {}, dropout_seed=None)
    with pytest.raises(Stop):
        train(digits, {}, Backup(tmp_path / "backup"), StopBefore(1, 1), dropout_seed=None)
    for one, other in zip(train(digits, {}, Backup(tmp_path / "backup"), dropout_seed=None), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_means_of_an_epoch_go_on_with_the_same_metrics_only(digits, tmp_path):
    with pytest.raises(Stop):
        train(digits, {}, Backup(tmp_path / "backup", every=1), StopBefore(0, 2))
    with pytest.raises(ValueError, match="`metrics` of compile must be those of the stored training"):
        train(digits, {}, Backup(tmp_path / "backup", every=1), metrics=("mse", "mae"))


@pytest.fixture
def short(make_vae, digits):
    """Train a small model on an array for some epochs, and return it with its history."""

    def run(path, epochs, *callbacks, data=None, every="epoch", **arguments):
        vae = make_vae(**arguments)
        data = Batches(digits[:64], 32) if data is None else data
        return vae, vae.fit(data, epochs=epochs, callbacks=[Backup(path, every), *callbacks], verbose=0)

    return run


def test_it_comes_last_in_a_callback_list_of_keras_too(make_vae, digits, tmp_path):
    vae = make_vae()
    backup, stopping = Backup(tmp_path / "backup.npz"), keras.callbacks.EarlyStopping("loss", mode="min")
    callbacks = keras.callbacks.CallbackList([backup, stopping], add_history=True, model=vae, epochs=1, steps=2)
    vae.fit(digits[:64], epochs=1, callbacks=callbacks, verbose=0)
    stored = backup_file.read(tmp_path / "backup.npz")
    assert stored.epoch == 1 and stored.callbacks["EarlyStopping_0.best"] == vae.history.history["loss"][0]


def test_a_training_that_is_over_gives_the_trained_model_and_goes_on_with_more_epochs(short, tmp_path):
    path = tmp_path / "backup.npz"
    trained, _ = short(path, 2)
    content = path.read_bytes()
    with pytest.warns(UserWarning, match="backup.npz holds a training that is over, after 2 epochs"):
        again, history = short(path, 2)
    assert history.epoch == [] and path.read_bytes() == content
    for one, other in zip(again.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    further, history = short(path, 3)
    assert history.epoch == [2] and int(further.step.numpy()) == 6
    # What a resumed epoch leaves behind must not shorten the next training.
    assert further.fit(np.zeros((4, 64), "float32"), epochs=1, verbose=0).epoch == [0]


def test_a_training_that_was_stopped_early_stays_stopped_at_its_best_weights(short, tmp_path):
    def stopping():
        # Nothing is ever 1000 nats better: epoch 0 is the best one.
        return keras.callbacks.EarlyStopping("loss", min_delta=1000, patience=1, mode="min", restore_best_weights=True)

    trained, history = short(tmp_path / "backup.npz", 5, stopping())
    assert history.epoch == [0, 1]
    with pytest.warns(UserWarning, match="is over, after 2 epochs"):
        again, history = short(tmp_path / "backup.npz", 5, stopping())
    assert history.epoch == []
    for one, other in zip(again.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_epoch_that_was_cut_short_is_repeated(short, tmp_path):
    class Cut(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.cut = epoch == 1

        def on_train_batch_begin(self, batch, logs=None):
            self.model.stop_training = self.cut

    vae, _ = short(tmp_path / "backup.npz", 5, Cut())
    assert int(vae.step.numpy()) == 3
    _, history = short(tmp_path / "backup.npz", 2)
    assert history.epoch == [1]


def test_a_file_that_is_damaged_or_anothers_is_refused_and_left_as_it_is(short, digits, tmp_path):
    path = tmp_path / "backup.npz"
    short(path, 1)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for content in (b"", whole[:-100], bytes(flipped), b"text\n"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="`path` must be a file that Backup wrote.*backup.npz.*left as it is"):
            short(path, 2)
        assert path.read_bytes() == content
    np.savez(path, x=np.zeros(3))
    with pytest.raises(ValueError, match="`path` must be a file that Backup wrote"):
        short(path, 2)

    path.write_bytes(whole)
    with pytest.raises(ValueError, match="must be this model's own. Received: one that has weight .* of shape"):
        short(path, 2, latent_dim=3)
    with pytest.raises(ValueError, match="one that has optimizer Adam, where this model has optimizer SGD"):
        short(path, 2, optimizer="sgd")
    with pytest.raises(ValueError, match="Received: 4 batches an epoch, and a backup with 2"):
        short(path, 2, data=Batches(digits[:64], 16))
    assert path.read_bytes() == whole


def test_what_cannot_be_resumed_is_refused_before_the_training(short, make_vae, digits, tmp_path):
    with pytest.raises(ValueError, match="`every` must be 'epoch' unless the data are .*Batches.*every=2 .*ndarray"):
        short(tmp_path / "backup.npz", 1, data=digits[:64], every=2)
    for every in ("step", 0, 2.5, True, None):
        with pytest.raises(ValueError, match=f"`every` must be .*Received: every={every!r}"):
            Backup(tmp_path / "backup.npz", every)
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="Backup needs a keras_vae.VAE. Received: a Sequential"):
        model.fit(digits[:8], digits[:8, :1], callbacks=[Backup(tmp_path / "backup.npz")], verbose=0)


def test_data_of_any_other_kind_go_on_after_an_epoch(short, digits, tmp_path):
    short(tmp_path / "backup.npz", 1, data=digits[:64])
    vae, history = short(tmp_path / "backup.npz", 3, data=digits[:64])
    assert history.epoch == [1, 2] and int(vae.step.numpy()) == 6


def test_a_full_disk_leaves_the_old_file_and_names_it(short, tmp_path, full_disk):
    path = tmp_path / "backup.npz"
    short(path, 1)
    old = path.read_bytes()
    with full_disk(len(old) // 2), pytest.raises(OSError, match="File too large: .*/backup.npz'"):
        short(path, 2)
    assert path.read_bytes() == old and [entry.name for entry in tmp_path.iterdir()] == ["backup.npz"]


def test_what_a_kill_has_left_beside_the_file_is_removed(short, tmp_path):
    for name in (".unfinished-0a1b2c-backup.npz", ".unfinished-0a1b2c-other.npz"):
        (tmp_path / name).write_text("half")
    short(tmp_path / "backup.npz", 1)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".unfinished-0a1b2c-other.npz", "backup.npz"]
