"""Two logical CPU devices must train to the numbers of one; they are set up before a backend starts: in a process."""

import json
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_vae

ON_TORCH = keras.backend.backend() == "torch"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = tmp_path_factory.mktemp("two_devices") / "results.json"
    script = pathlib.Path(__file__).with_name("two_devices.py")
    process = subprocess.run([sys.executable, script, path], capture_output=True, text=True, timeout=300)
    assert process.returncode == 0, process.stderr[-3000:]
    return json.loads(path.read_text())


if not ON_TORCH:

    @pytest.mark.processes
    @pytest.mark.parametrize("data", ["good", "bad"])
    def test_two_devices_train_to_the_numbers_of_one(results, data):
        one, two = results[data]
        assert one["history"].keys() == two["history"].keys()
        for name, values in one["history"].items():
            if not (data == "bad" and name.startswith("val_")):  # a NaN stays one in the validation's means
                np.testing.assert_allclose(two["history"][name], values, rtol=1e-5, err_msg=name)
        np.testing.assert_allclose(two["elbo"], one["elbo"], rtol=1e-5)
        assert one["step"] == two["step"] == 8

    @pytest.mark.processes
    def test_a_bad_batch_on_one_device_is_skipped_on_both(results):
        for run in results["bad"]:
            assert run["history"]["skipped_updates"] == [1.0, 1.0]
            assert np.isfinite(run["elbo"]).all() and np.isfinite(run["history"]["loss"]).all()
        assert results["good"][1]["history"]["skipped_updates"] == [0.0, 0.0]

    @pytest.mark.processes
    def test_each_phase_is_skipped_and_moved_on_both_as_on_one(results):
        one, two = results["two phases"]
        assert one["iterations"] == two["iterations"] == [6, 4]
        assert two["history"]["skipped_updates_critic"] == [1.0, 1.0]
        for name, values in one["history"].items():
            np.testing.assert_allclose(two["history"][name], values, rtol=1e-5, err_msg=name)
        np.testing.assert_allclose(two["scores"], one["scores"], rtol=1e-4, atol=1e-5)

    @pytest.mark.processes
    def test_what_cannot_be_done_on_several_devices_is_refused(results):
        messages = results["refused"]
        if keras.backend.backend() == "tensorflow":
            assert messages.keys() == {"metrics", "steps_per_execution", "jit_compile"}
            assert "`metrics` must be left out on several replicas" in messages["metrics"]
        else:
            assert "must divide by the number of devices that share the batches" in messages["batch_size"]

    def test_one_device_needs_no_sharing():
        with keras_vae.data_parallel():
            pass

else:

    def test_several_devices_are_refused():
        with pytest.raises(ValueError, match="`devices` must be a single one on PyTorch"):
            keras_vae.data_parallel(["cuda:0", "cuda:1"])


@pytest.mark.parametrize("devices", ["GPU:0", []])
def test_devices_is_a_list_of_names(devices):
    with pytest.raises(ValueError, match="`devices` must be a list of at least one device's name"):
        keras_vae.data_parallel(devices)
