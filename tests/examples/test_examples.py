"""What the scripts do, on little data; test_started_scripts.py starts them as a user does."""

import importlib
import json
import os
import pathlib
import shutil
import signal

import numpy as np
import pytest

import keras_vae

pytestmark = pytest.mark.processes

QUICK = ("--num-samples", 10, "--autoencoder-epochs", 1)
EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"


def call(script, arguments, monkeypatch):
    """Run a script's main in this process."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    importlib.import_module(script).main([str(argument) for argument in arguments])


@pytest.fixture
def run(monkeypatch, capfd):
    """Run a script's main in a folder and return what it printed."""

    def run(script, *arguments, folder):
        monkeypatch.chdir(folder)
        call(script, arguments, monkeypatch)
        printed = capfd.readouterr()
        assert printed.err == ""
        return printed.out

    return run


def refused(script, arguments, folder, monkeypatch):
    """Run a script's main in this process, and return the message with which it ends."""
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as ended:
        call(script, arguments, monkeypatch)
    return str(ended.value)


def small_npz(folder):
    images = np.random.default_rng(0).integers(0, 256, size=(60, 9, 7), dtype="uint8")
    np.savez(folder / "small.npz", images=images, labels=np.arange(60) % 3)
    return folder / "small.npz"


def test_train_vae_on_digits_and_evaluate_what_it_saved(run, tmp_path):
    printed = run("train_vae", "--epochs", 3, "--anneal-epochs", 2, *QUICK, folder=tmp_path)
    folder = tmp_path / "runs" / "digits"
    names = {"history", "reconstructions", "samples", "interpolation", "traversals", "latent_space"}
    names |= {"kl_per_dimension", "active_units", "posterior_blobs"}
    files = {"vae.keras", "history.csv", "report.json"} | {f"{name}.png" for name in names}
    assert {f.name for f in folder.iterdir()} == files
    rows = (folder / "history.csv").read_text().splitlines()
    assert len(rows) == 4 and rows[0].startswith("epoch,") and "val_elbo" in rows[0]
    for row in (
        "ELBO  ",
        "log p(x), L_10",
        "verdict",
        "linear probe",
        "aggregate posterior",
        "images/s",
        "same output",
    ):
        assert row in printed, row
    before_the_report = printed.split("REPORT")[0].splitlines()
    assert len(before_the_report) <= 60 and max(map(len, before_the_report)) <= 120
    assert "skipped" not in printed and printed.count("val_elbo") == 3
    report = json.loads((folder / "report.json").read_text())
    assert len(report["code"]["diagnosis"]["kl_per_dimension"]) == 8

    shutil.copy(folder / "vae.keras", tmp_path / "other.keras")
    arguments = ("runs/digits/vae.keras", "other.keras", "--num-samples", 10, "--out", "both")
    printed = run("evaluate_vae", *arguments, folder=tmp_path)
    again = json.loads((tmp_path / "both" / "vae" / "report.json").read_text())
    for bound in ("elbo", "marginal_likelihood"):
        assert again["density"][bound] == pytest.approx(report["density"][bound], rel=1e-5)
    assert (tmp_path / "both" / "rate_distortion.png").stat().st_size > 5000
    assert printed.count("REPORT") == 2


def test_train_vae_on_a_file_with_a_convolutional_net_in_two_dimensions(run, tmp_path):
    arguments = (
        "--network",
        "conv",
        "--latent-dim",
        2,
        "--beta",
        4,
        "--anneal-epochs",
        0,
        "--epochs",
        1,
        "--num-samples",
        5,
        "--autoencoder-epochs",
        0,
        "--out",
        "here",
    )
    run("train_vae", "--dataset", small_npz(tmp_path), *arguments, folder=tmp_path)
    for name in ("manifold", "prior_holes"):
        assert (tmp_path / "here" / f"{name}.png").stat().st_size > 5000


@pytest.mark.usefixtures("sigint_is_heard")
@pytest.mark.parametrize(("moment", "epochs"), [((2, 1), 2), ((0, 1), 0)])
def test_an_interrupted_training_is_saved_measured_and_drawn(tmp_path, monkeypatch, capsys, moment, epochs):
    class Interrupted(keras_vae.callbacks.Progress):
        def on_train_batch_begin(self, batch, logs=None):
            if (self.epoch, batch) == moment:
                os.kill(os.getpid(), signal.SIGINT)  # what a terminal sends for Ctrl-C

    monkeypatch.setattr(keras_vae.callbacks, "Progress", Interrupted)
    arguments = ("--dataset", small_npz(tmp_path), "--batch-size", 16, "--epochs", 9, "--anneal-epochs", 2)
    call("train_vae", (*arguments, "--num-samples", 5, "--autoencoder-epochs", 0, "--out", tmp_path), monkeypatch)
    printed = capsys.readouterr().out
    assert f"interrupted {f'after epoch {epochs}' if epochs else 'in the first epoch'}: what there is" in printed
    assert "same output" in printed
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 1 + epochs
    assert (tmp_path / "history.png").is_file() == (epochs > 0)
    assert json.loads((tmp_path / "report.json").read_text())["density"]["elbo"]["elbo"] < 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--dataset", "cifar"), "error: `name` must be one of 'digits', 'sprites', 'mnist'"),
        (("--latent-dim", 0), "error: `latent_dim` must be a whole number of at least 1. Received: latent_dim=0"),
        (("--beta", -1), "error: `beta` must be a number of at least 0.0. Received: beta=-1.0"),
        (("--likelihood", "poisson"), "error: `likelihood` must be one of"),
    ],
)
def test_train_vae_says_what_is_wrong(tmp_path, monkeypatch, arguments, message):
    assert message in refused("train_vae", arguments, tmp_path, monkeypatch)
    assert not (tmp_path / "runs").exists()


def test_evaluate_vae_says_what_is_wrong(tmp_path, monkeypatch):
    message = refused("evaluate_vae", ("absent.keras",), tmp_path, monkeypatch)
    assert message.startswith("error: `MODEL.keras` must be a file that vae.save wrote. Received: absent.keras")


def test_linear_vae(run, tmp_path):
    printed = run("linear_vae", "--epochs", 6, folder=tmp_path)
    best = float(printed.split("components: ")[1].split()[0])
    rows = [line.split() for line in printed.splitlines() if line.strip()[:1].isdigit()]
    assert len(rows) == 6
    for _, elbo, bound, exact, _ in rows:
        assert float(elbo) < float(bound) < float(exact) + 0.05 < best


def test_disentangle_sprites(run, tmp_path):
    printed = run("disentangle_sprites", "--epochs", 1, "--num-images", 200, "--out", "here", folder=tmp_path)
    assert "FactorVAE score" in printed and "DCI disentanglement" in printed
    assert (tmp_path / "here" / "code_factors.png").stat().st_size > 5000


def test_functional_layers(run, tmp_path):
    assert "loss with beta = 4:" in run("functional_layers", "--epochs", 2, folder=tmp_path)


def test_own_networks(run, tmp_path):
    printed = run("own_networks", "--epochs", 3, "--out", "logs", folder=tmp_path)
    assert "stopped after 3 epochs; test ELBO" in printed
    assert list((tmp_path / "logs").rglob("events.out.tfevents*"))


def test_resume(run, tmp_path):
    printed = run("resume", "--epochs", 4, "--out", "here", folder=tmp_path)
    assert "ran epochs 3 to 4" in printed and "trained a saved file further, to epoch 6, with beta" in printed


def test_a_full_disk_leaves_the_history_and_the_report_that_were_there(tmp_path, monkeypatch, full_disk):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    history, report = tmp_path / "history.csv", tmp_path / "report.json"
    for rows in (1, 1000):
        with full_disk(5000):
            for write, content, path in (
                (importlib.import_module("train_vae").write_history, {"loss": [0.5] * rows}, history),
                (importlib.import_module("evaluate_vae").write_report, {"loss": np.full(rows, 0.5)}, report),
            ):
                if rows == 1:
                    write(content, path)
                else:
                    with pytest.raises(OSError, match=f"File too large: .*{path.name}'"):
                        write(content, path)
    assert history.read_text() == "epoch,loss\n1,0.5\n" and json.loads(report.read_text()) == {"loss": [0.5]}
    assert {entry.name for entry in tmp_path.iterdir()} == {"history.csv", "report.json"}


def test_val_loss_misleads(run, tmp_path):
    printed = run("val_loss_misleads", "--latent-dim", 3, "--beta", 0.01, 1, "--epochs", 10, folder=tmp_path)
    assert "By val_loss:            latent_dim 3, beta 0.01" in printed
    assert "By marginal likelihood: latent_dim 3, beta 1\n" in printed
