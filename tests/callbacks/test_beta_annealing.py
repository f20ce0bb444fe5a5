"""beta as the compiled step sees it, at every step."""

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.callbacks import BetaAnnealing
from keras_vae.datasets import Batches
from keras_vae.schedules import Constant, Cyclical, Linear


class Seen(keras.callbacks.Callback):
    """Collects the beta that each step logged, and the loss' own word on it."""

    def __init__(self):
        super().__init__()
        self.betas = []

    def on_train_batch_end(self, batch, logs=None):
        self.betas.append(float(logs["beta"]))


def fit(vae, x, *callbacks, **arguments):
    seen = Seen()
    vae.fit(x, verbose=0, callbacks=[*callbacks, seen], **arguments)
    return seen.betas


def test_epochs_and_steps_are_counted_at_every_step(digits, make_vae):
    batches = Batches(digits, 64)  # 4 steps an epoch
    by_epoch = fit(make_vae(), batches, BetaAnnealing(Linear(2)), epochs=3)
    np.testing.assert_allclose(by_epoch, [min(step / 8, 1.0) for step in range(12)], atol=1e-7)
    by_step = fit(make_vae(), batches, BetaAnnealing(Linear(8), unit="step"), epochs=3)
    of_the_model = fit(make_vae(beta=Linear(8)), batches, epochs=3)
    assert by_epoch == by_step == of_the_model


def test_the_step_uses_the_beta_that_it_logs(digits, make_vae):
    vae = make_vae(optimizer=keras.optimizers.SGD(0.0), beta=Cyclical(4, cycles=2))
    for expected in (0.0, 1.0, 0.0, 1.0, 1.0):
        logs = vae.train_on_batch(digits, return_dict=True)
        assert float(logs["beta"]) == pytest.approx(expected)
        in_use = (float(logs["loss"]) - float(logs["reconstruction_loss"])) / float(logs["kl_loss"])
        assert in_use == pytest.approx(expected, abs=1e-3)


def test_with_steps_per_execution(digits, make_vae):
    n = 1 if keras.backend.backend() == "torch" else 2  # Keras refuses more than 1 on PyTorch
    vae = make_vae(compiled=False)
    vae.compile("adam", steps_per_execution=n)
    betas = fit(vae, Batches(digits, 64), BetaAnnealing(Linear(2)), epochs=3)
    assert betas == [min(step / 8, 1.0) for step in range(12)][n - 1 :: n]


def test_a_second_fit_starts_anew_and_beta_stays_after_it(digits, make_vae):
    vae, batches = make_vae(), Batches(digits, 64)
    first = fit(vae, batches, BetaAnnealing(Linear(2)), epochs=2)
    assert float(vae.beta.numpy()) == first[-1] == 0.875
    assert fit(vae, batches) == [0.875] * 4  # without a callback nothing moves
    assert fit(vae, batches, BetaAnnealing(Constant(3.0))) == [3.0] * 4
    assert fit(vae, batches, BetaAnnealing(Linear(2)), epochs=2) == first


@pytest.mark.filterwarnings("ignore:The warm-up of beta takes:UserWarning")
def test_a_resumed_fit_goes_on_also_from_a_file(digits, make_vae, tmp_path):
    batches = Batches(digits, 64)
    whole = fit(make_vae(), batches, BetaAnnealing(Linear(3)), epochs=4)
    vae = make_vae()
    parts = fit(vae, batches, BetaAnnealing(Linear(3)), epochs=2)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.models.load_model(tmp_path / "vae.keras")
    assert float(loaded.beta.numpy()) == parts[-1]
    parts += fit(loaded, batches, BetaAnnealing(Linear(3)), epochs=4, initial_epoch=2)
    assert parts == whole


def test_a_model_with_a_schedule_is_saved_and_goes_on(digits, make_vae, tmp_path):
    vae, batches = make_vae(beta=Linear(16)), Batches(digits, 64)
    first = fit(vae, batches)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.models.load_model(tmp_path / "vae.keras")
    assert first + fit(loaded, batches) == [step / 16 for step in range(8)]
    # For one fit the callback takes its place, then the model's own schedule goes on with its own count.
    assert fit(loaded, batches, BetaAnnealing(Constant(0.5))) == [0.5] * 4
    assert fit(loaded, batches) == [step / 16 for step in range(12, 16)]


@pytest.mark.filterwarnings("ignore:The warm-up of beta takes:UserWarning")
def test_after_backup_and_restore(digits, make_vae, tmp_path):
    batches = Batches(digits, 64)
    betas = []
    for epochs in (2, 4):
        backup = keras.callbacks.BackupAndRestore(str(tmp_path), delete_checkpoint=False)
        # The order of the callbacks must not matter.
        betas += fit(make_vae(), batches, BetaAnnealing(Linear(4)), backup, epochs=epochs)
    assert betas == [step / 16 for step in range(16)]


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras', of a generator's end
def test_a_generator_of_unknown_length(digits, make_vae):
    def endless():
        while True:
            yield (digits[:64],)

    assert fit(make_vae(), endless(), BetaAnnealing(Linear(2)), epochs=2, steps_per_epoch=4) == [
        s / 8 for s in range(8)
    ]

    class Unknown(keras.utils.PyDataset):
        num_batches = 4

        def __getitem__(self, index):
            return (digits[64 * index : 64 * index + 64],)

    callback = BetaAnnealing(Linear(2))
    vae = make_vae()
    callback.set_model(vae)
    callback.set_params({"epochs": 3, "steps": None, "verbose": 0})
    callback.on_train_begin()
    seen = []
    for epoch in range(3):
        callback.on_epoch_begin(epoch)
        for index in range(4):
            seen.append(float(vae.train_on_batch(digits[64 * index : 64 * index + 64], return_dict=True)["beta"]))
    # Held in the first epoch, whose length is unknown; then at every step.
    assert seen == [0.0] * 4 + [0.5, 0.625, 0.75, 0.875] + [1.0] * 4


def test_it_warns_of_a_warm_up_longer_than_the_training(digits, make_vae):
    with pytest.warns(UserWarning, match="The warm-up of beta takes 10 epochs, the training 2"):
        fit(make_vae(), digits, BetaAnnealing(Linear(10)), epochs=2)
    with pytest.warns(UserWarning, match="takes 10 steps, the training 8"):
        fit(make_vae(), Batches(digits, 64), BetaAnnealing(Linear(10), unit="step"), epochs=2)


def test_an_interrupted_fit_leaves_no_schedule_behind(digits, make_vae):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    vae = make_vae(beta=2.0)
    with pytest.raises(KeyboardInterrupt):
        fit(vae, digits, BetaAnnealing(Constant(0.5)), Stop(), epochs=2)
    vae.beta.assign(2.0)
    assert set(fit(vae, digits)) == {2.0}


def test_bad_arguments(digits):
    with pytest.raises(ValueError, match="`schedule` must be a keras_vae.schedules.Schedule. Received: schedule=0.5"):
        BetaAnnealing(0.5)
    with pytest.raises(ValueError, match="`unit` must be one of 'epoch', 'step'. Received: unit='batch'"):
        BetaAnnealing(Linear(2), unit="batch")
    model = keras.Sequential([keras.layers.Dense(64)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="BetaAnnealing needs a keras_vae.VAE.*Received: a Sequential"):
        model.fit(digits, digits, callbacks=[BetaAnnealing(Linear(2))], verbose=0)
    assert keras_vae.callbacks.BetaAnnealing is BetaAnnealing
