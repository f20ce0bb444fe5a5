"""A model with two phases: each has its own losses, variables, optimizer, skipped updates and averages."""

import warnings

import keras
import numpy as np
import pytest
from pair import MARK, Pair, changed, make_pair, numpy_losses, rows, state

from keras_vae.callbacks import Backup
from keras_vae.datasets import Batches
from keras_vae.schedules import Linear
from keras_vae.training import Phase

ON_TORCH = keras.backend.backend() == "torch"


def marked(x, *positions):
    x = x.copy()
    x[list(positions), 0] = MARK + 1.0
    return x


def test_the_names_of_all_phases_are_logged_and_averaged_as_numpy_says():
    pair, x = make_pair(strength=0.5), rows(40)
    history = pair.fit(x, batch_size=16, epochs=2, validation_data=(x,), verbose=0).history
    names = {"loss", "critic_loss", "strength"}
    assert set(history) == names | {f"val_{n}" for n in names} | {"skipped_updates", "skipped_updates_critic"}
    expected = {**numpy_losses(pair, x), "strength": 0.5}
    assert {n: history[f"val_{n}"][-1] for n in names} == pytest.approx(expected, rel=1e-4)
    evaluated = pair.evaluate(x, batch_size=16, verbose=0, return_dict=True)  # the last batch has 8 rows
    assert evaluated == pytest.approx(expected, rel=1e-4)
    assert pair.evaluate(x, verbose=0)[0] == pytest.approx(expected["loss"], rel=1e-4)


def test_each_phase_moves_its_own_variables_with_its_own_optimizer():
    pair, x = make_pair(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.0)), rows()
    kernel, bias = (np.array(keras.ops.convert_to_numpy(w)) for w in pair.map.weights)
    before = [np.array(keras.ops.convert_to_numpy(w)) for w in pair.critic.trainable_variables]
    pair.train_on_batch(x)
    error = x @ kernel + bias - x
    np.testing.assert_allclose(pair.map.get_weights()[0], kernel - 0.1 * 2 * x.T @ error / len(x), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(pair.map.get_weights()[1], bias - 0.1 * 2 * error.mean(axis=0), rtol=1e-4, atol=1e-6)
    for old, variable in zip(before, pair.critic.trainable_variables, strict=True):
        np.testing.assert_array_equal(old, keras.ops.convert_to_numpy(variable))


def test_a_batch_that_one_phase_skips_is_in_the_averages_of_the_others():
    pair = make_pair(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), metrics=["mse"])
    pair.critic.layers[1].momentum = 1.0  # the statistics stay
    x = marked(rows(40), 20)  # of the batches of 16, 16 and 8 rows the second
    with pytest.warns(UserWarning, match="1 of 3 updates of the phase 'critic' in epoch 1 were skipped"):
        history = pair.fit(x, batch_size=16, shuffle=False, verbose=0).history
    assert history["skipped_updates"] == history["skipped_updates_critic"] == [1.0]
    assert history["loss"][0] == pytest.approx(numpy_losses(pair, x)["loss"], rel=1e-5)
    assert history["mse"][0] == pytest.approx(history["loss"][0] / 4, rel=1e-5)
    good = np.concatenate([x[:16], x[32:]])
    by_hand = pair.measures.result()["critic_loss"]
    assert float(by_hand) == pytest.approx(history["critic_loss"][0], rel=1e-6)
    batches = [float(pair.train_on_batch(part, return_dict=True)["critic_loss"]) for part in (good[:16], good[16:])]
    assert history["critic_loss"][0] == pytest.approx((16 * batches[0] + 8 * batches[1]) / 24, rel=1e-5)


def test_a_skipped_phase_leaves_all_that_it_would_have_moved():
    pair, x = make_pair(), rows()
    pair.train_on_batch(x)
    before = state(pair)
    logs = pair.train_on_batch(marked(x, 3), return_dict=True)
    assert float(logs["skipped_updates"]) == float(logs["skipped_updates_critic"]) == 1.0
    moved = changed(before, state(pair))
    assert not any("critic" in name for name in moved)
    assert {"model 2 pair/map/kernel", "model 3 pair/map/bias"} <= moved
    x[5, 2] = np.nan  # on TensorFlow relu makes 0 of it, and the critic's loss is finite
    before = state(pair)
    logs = pair.train_on_batch(x, return_dict=True)
    assert float(logs["skipped_updates"]) == 2.0 and float(logs["skipped_updates_critic"]) == 1.0
    assert changed(before, state(pair)) == {name for name in before if name.endswith("/step")}
    with pytest.warns(UserWarning, match="1 row of the data held NaN"):
        assert all(np.isnan(pair.evaluate(x, verbose=0)[:2]))


def test_a_phase_that_stands_still_stops_the_training_and_is_named():
    pair, x = make_pair(), rows()
    with pytest.raises(ValueError, match="All 3 updates of the phase 'critic' in epoch 1 were skipped"):
        pair.fit(marked(x, 0, 16, 32), batch_size=16, shuffle=False, verbose=0)
    x[0] = np.nan  # one of two updates of each phase: 2 skipped updates in 2 steps
    with pytest.warns(UserWarning, match="1 of 2 updates of the phase '(map|critic)'"):
        history = make_pair().fit(x[:32], batch_size=16, shuffle=False, verbose=0).history
    assert history["skipped_updates"] == [2.0] and history["skipped_updates_critic"] == [1.0]


def test_the_second_optimizer_is_saved_loaded_and_goes_on(tmp_path):
    pair, x = make_pair(), rows()
    rate, beta_1, beta_2 = (
        pair.critic_optimizer.learning_rate,
        pair.critic_optimizer.beta_1,
        pair.critic_optimizer.beta_2,
    )
    assert float(keras.ops.convert_to_numpy(rate)) == pytest.approx(1e-4) and (beta_1, beta_2) == (0.5, 0.9)
    pair.compile("sgd", critic_optimizer=keras.optimizers.Adam(1e-2))
    assert len(pair.critic_optimizer.variables) > 2 * len(pair.critic.trainable_variables)  # before the first step
    pair.fit(x, batch_size=16, epochs=2, shuffle=False, verbose=0)
    pair.evaluate(x, verbose=0)
    pair.predict(x, verbose=0)
    assert int(keras.ops.convert_to_numpy(pair.critic_optimizer.iterations)) == 6
    slots = pair.critic_optimizer.variables[2:]
    assert all(np.any(keras.ops.convert_to_numpy(slot)) for slot in slots)
    pair.save(tmp_path / "pair.keras")
    pair.save_weights(tmp_path / "pair.weights.h5")
    loaded = keras.models.load_model(tmp_path / "pair.keras")
    by_weights = make_pair(keras.optimizers.SGD(), keras.optimizers.Adam(1e-2))
    by_weights.load_weights(tmp_path / "pair.weights.h5")
    config = pair.get_compile_config()["critic_optimizer"]
    assert (config["module"], config["class_name"]) == ("keras.optimizers", "Adam")
    for other in (loaded, by_weights):
        for one, theirs in zip(state(pair).values(), state(other).values(), strict=True):
            np.testing.assert_array_equal(one, theirs)
    logs = [m.fit(x, batch_size=16, shuffle=False, verbose=0).history for m in (pair, loaded, by_weights)]
    assert logs[0] == logs[1] == logs[2]
    for one, theirs in zip(state(pair).values(), state(loaded).values(), strict=True):
        np.testing.assert_array_equal(one, theirs)


if not ON_TORCH:

    @pytest.mark.filterwarnings("ignore:.* updates of the phase 'critic':UserWarning")
    def test_several_steps_at_once():
        states = []
        for n in (1, 4):
            pair = make_pair(steps_per_execution=n)
            pair.fit(Batches(marked(rows(), 7), 8, seed=1), epochs=2, verbose=0)
            states.append(state(pair))
        for one, several in zip(states[0].values(), states[1].values(), strict=True):
            np.testing.assert_allclose(one, several, rtol=1e-5, atol=1e-6)


def test_mixed_precision_scales_the_loss_of_every_phase(tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    pair, x = make_pair(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2)), rows()
    for optimizer in (pair.optimizer, pair.critic_optimizer):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    history = pair.fit(x, batch_size=16, epochs=8, shuffle=False, verbose=0).history
    assert sum(history["skipped_updates"]) == 0.0
    assert history["loss"][-1] < history["loss"][0] and history["critic_loss"][-1] < history["critic_loss"][0]
    pair.save(tmp_path / "pair.keras")
    loaded = keras.models.load_model(tmp_path / "pair.keras")
    assert isinstance(loaded.critic_optimizer, keras.optimizers.LossScaleOptimizer)
    for one, theirs in zip(state(pair).values(), state(loaded).values(), strict=True):
        np.testing.assert_array_equal(one, theirs)
    plain = make_pair(critic_optimizer="sgd", auto_scale_loss=False)
    assert type(plain.critic_optimizer).__name__ == "SGD"


def test_averages_of_the_weights_take_the_place_of_each_phases_own():
    averaged = [keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9) for _ in range(2)]
    pair = make_pair(*averaged)
    pair.fit(rows(), batch_size=16, verbose=0)
    for phase in pair.phases():
        for variable, average in zip(phase.variables, phase.optimizer._model_variables_moving_average, strict=True):
            np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), keras.ops.convert_to_numpy(average))


def test_what_does_not_fit_together_is_said():
    def phase(losses, **arguments):
        pair = make_pair()
        own = Phase(
            lambda x, y, w, training: (losses(pair), None), pair.map.trainable_variables, pair.optimizer, **arguments
        )
        pair.phases = lambda: [own]
        return pair

    def unknown(pair):
        return {**known(pair), "total": 0.0}

    def known(pair):
        return {"loss": keras.ops.sum(pair.map.kernel) + keras.ops.sum(pair.map.bias)}

    cases = [
        (
            phase(unknown, name="map"),
            r"names among the model's measures \['loss', 'critic_loss'\]. Received: \['total'\]",
        ),
        (
            phase(known, name="map", minimised="cost"),
            r"`minimised` of the phase 'map' must be one of its losses \['loss'\]",
        ),
        (phase(known, name="mapp"), r"`name` of a phase must be one of the model's phases \['map', 'critic'\]"),
    ]
    for pair, message in cases:
        with pytest.raises(ValueError, match=message):
            pair.train_on_batch(rows())
    optimizer = keras.optimizers.SGD()
    with pytest.raises(ValueError, match="`critic_optimizer` must be an optimizer of its own"):
        Pair().compile(optimizer, critic_optimizer=optimizer)
    with pytest.raises(ValueError, match="`loss` must be None: the model says itself what is minimised"):
        Pair().compile(optimizer, loss="mse")


class Stop(Exception):
    """Stands for a kill."""


def test_a_training_that_is_stopped_goes_on_with_both_optimizers(tmp_path):
    """Stopped within an epoch, one of whose batches the critic has skipped."""

    def train(*callbacks):
        pair = make_pair(critic_optimizer=keras.optimizers.Adam(1e-2), strength=Linear(4))
        batches = Batches(marked(rows(), 7), 16, seed=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            history = pair.fit(batches, epochs=2, validation_data=(rows(),), callbacks=list(callbacks), verbose=0)
        return state(pair), {name: values[-1] for name, values in history.history.items()}

    class StopWithin(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 2 and int(self.model.step) == 5:
                raise Stop

    straight, logs = train()
    with pytest.raises(Stop):
        train(Backup(tmp_path / "backup.npz", every=1), StopWithin())
    resumed, resumed_logs = train(Backup(tmp_path / "backup.npz", every=1))
    assert logs == resumed_logs and not changed(straight, resumed)
    other = make_pair(critic_optimizer="sgd")
    with pytest.raises(ValueError, match="has critic_optimizer Adam, where this model has critic_optimizer SGD"):
        other.fit(Batches(rows(), 16), epochs=3, callbacks=[Backup(tmp_path / "backup.npz")], verbose=0)
