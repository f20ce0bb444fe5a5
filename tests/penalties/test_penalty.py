import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import penalties, schedules
from keras_vae.batch import replicas

OUTPUTS = {name: np.zeros((3, 2)) for name in ("z", "mean", "log_var")}


def test_base():
    with pytest.raises(NotImplementedError, match="Penalty must define `call`"):
        penalties.Penalty()({"z": np.zeros((3, 2))})
    with pytest.raises(ValueError, match="`weight` must be a number of at least 0"):
        penalties.Penalty(-1.0)
    assert penalties.Penalty(name="own").name == "own"


def test_what_a_model_lacks_is_named():
    message = (
        "TotalCorrelation needs z and mean and log_var among its outputs. Received: .* parameters, z, without mean"
    )
    with pytest.raises(ValueError, match=message):
        penalties.TotalCorrelation(1.0, 10)({"z": np.zeros((3, 2)), "parameters": np.zeros((3, 4))})


@pytest.mark.parametrize("make", [penalties.MaximumMeanDiscrepancy, lambda: penalties.TotalCorrelation(1.0, 10)])
def test_several_devices_are_refused_where_rows_are_compared(make):
    penalty = make()
    with replicas.running(replicas.Replica(0, 2)), pytest.raises(ValueError, match="on 2 devices; train on one"):
        penalty(OUTPUTS, prior=None, noise=keras.random.SeedGenerator(0))


def named(name, weight=2.0):
    return penalties.DIPII(weight, name=name)


RISES = schedules.Linear(10, end=2.0)


@pytest.mark.parametrize(
    ("arguments", "taken", "name", "received"),
    [
        ([named("elbo")], "the VAE", "elbo", "DIPII with name='elbo'"),
        ([named("loss")], "the VAE", "loss", "DIPII with name='loss'"),
        ([named("beta")], "the VAE", "beta", "DIPII with name='beta'"),
        ([named("outside_support")], "the VAE", "outside_support", "DIPII with name='outside_support'"),
        ([named("skipped_updates")], "the VAE", "skipped_updates", "DIPII with name='skipped_updates'"),
        ([named("dip", RISES), named("dip_weight")], "the DIPII with name='dip'", "dip_weight", ".*name='dip_weight'"),
        ([named("dip_weight"), named("dip", RISES)], "the DIPII with name='dip_weight'", "dip_weight", ".*name='dip'"),
        ([penalties.Capacity(1.0, RISES), named("capacity")], "the Capacity with .*", "capacity", "DIPII"),
    ],
)
def test_a_name_that_something_else_is_logged_under(make_vae, arguments, taken, name, received):
    message = f"`penalties` must be logged under names of their own: {taken} logs '{name}' too; .*`name=`.*: {received}"
    with pytest.raises(ValueError, match=message):
        make_vae(penalties=arguments)


def test_names_that_a_factor_vae_logs(digits):
    networks = keras_vae.networks.mlp((64,), 2, hidden=(8,))
    for name in ("total_correlation", "critic_loss", "gamma", "beta", "skipped_updates_critic"):
        with pytest.raises(ValueError, match=f"the FactorVAE logs '{name}' too.*TotalCorrelation with name='{name}'"):
            keras_vae.FactorVAE(*networks, penalties=[penalties.TotalCorrelation(1.0, 256, name=name)])
    vae = keras_vae.FactorVAE(*networks, penalties=[penalties.TotalCorrelation(1.0, 256, name="by_batch")])
    vae.compile("adam")
    assert {"total_correlation", "by_batch"} <= set(vae.fit(digits, verbose=0).history)
    autoencoder = keras_vae.Autoencoder(
        *keras_vae.networks.mlp((64,), 2, heads={"code": 2}),
        prior="standard_normal",
        penalties=[penalties.MaximumMeanDiscrepancy(name="elbo")],  # an autoencoder logs none
    )
    assert autoencoder.penalties[0].name == "elbo"
