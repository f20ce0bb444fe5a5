import keras
import numpy as np
import pytest

from keras_vae import penalties
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
