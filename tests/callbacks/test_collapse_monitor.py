import keras
import numpy as np
import pytest

from keras_vae.callbacks import CollapseMonitor


def test_it_logs_the_code_of_each_epoch(make_vae, digits):
    vae = make_vae()
    history = vae.fit(digits, epochs=3, verbose=0, callbacks=[CollapseMonitor(digits[:50])]).history
    mean, log_var = vae.encode(digits[:50])
    assert len(history["active_units"]) == 3
    assert history["active_units"][-1] == np.sum(mean.var(axis=0, ddof=1) > 0.01)
    kl = 0.5 * np.sum(np.exp(log_var) + mean**2 - 1 - log_var) / 50
    assert history["monitored_kl"][-1] == pytest.approx(kl, rel=1e-4)


def test_it_warns_once_of_a_collapse(make_vae, digits):
    vae = make_vae(beta=50.0)
    monitor = CollapseMonitor(digits[:50], patience=2)
    with pytest.warns(UserWarning, match="no unit has been active for 2 epochs .beta is now 50.* warm-up") as warned:
        history = vae.fit(digits, epochs=14, verbose=0, callbacks=[monitor]).history
    assert sum(warning.category is UserWarning for warning in warned) == 1
    assert history["active_units"][-3:] == [0.0, 0.0, 0.0]


def test_bad_input(digits):
    with pytest.raises(ValueError, match="`x` must be an array of at least two examples"):
        CollapseMonitor(digits[:1])
    with pytest.raises(ValueError, match="`patience` must be a whole number"):
        CollapseMonitor(digits, patience=0)
    model = keras.Sequential([keras.layers.Dense(64)])
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="CollapseMonitor needs a keras_vae.VAE. Received: a Sequential"):
        model.fit(digits, digits, verbose=0, callbacks=[CollapseMonitor(digits)])
