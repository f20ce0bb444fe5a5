"""The search as a user runs it, in real processes: killed and started again, by one process and by several."""

import csv
import importlib
import ipaddress
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading

import keras
import pytest

TUNING = pathlib.Path(__file__).parents[2] / "tuning"
SMALL = ("--seeds", 2, "--epochs", 2, "--latent-dim", "2,3", "--beta", "0.5:2", "--annealing", "on", "--width", 8)
SECONDS = 240


class Running:
    """A script in a process of its own group, whose lines can be waited for."""

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-u", str(TUNING / script), *map(str, arguments)],
            env={**os.environ, "KERAS_BACKEND": keras.backend.backend()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines = []
        self.watchdog = threading.Timer(SECONDS, self.kill)
        self.watchdog.start()

    def wait_for(self, pattern):
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"{pattern!r} was not printed:\n{self.text()}")

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)

    def end(self):
        self.lines += self.process.stdout
        self.process.wait()
        self.watchdog.cancel()
        return self.process.returncode

    def text(self):
        return "".join(self.lines)


@pytest.fixture
def start():
    running = []

    def start(*arguments):
        running.append(Running(*arguments))
        return running[-1]

    yield start
    for process in running:
        process.watchdog.cancel()
        if process.process.poll() is None:
            process.kill()
        process.process.stdout.close()
        process.process.wait()


def trials_of(folder):
    with open(folder / "trials.csv") as file:
        return list(csv.DictReader(file))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listening_addresses(port):
    """Return the addresses on which some process listens at a port, as Linux tells."""
    addresses = []
    for table in (pathlib.Path("/proc/net/tcp"), pathlib.Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            local, state = line.split()[1], line.split()[3]
            address, number = local.split(":")
            if state == "0A" and int(number, 16) == port:
                words = [bytes.fromhex(address[i : i + 8])[::-1] for i in range(0, len(address), 8)]
                address = ipaddress.ip_address(b"".join(words))
                addresses.append(getattr(address, "ipv4_mapped", None) or address)
    return addresses


@pytest.mark.parametrize(
    ("known_as", "expected"),
    [("10.1.2.3", "10.1.2.3"), ("127.0.1.1\n10.1.2.3", "10.1.2.3"), ("127.0.1.1", "10.9.9.9")],
)
@pytest.mark.processes
def test_the_slurm_script_lets_the_chief_listen_on_the_nodes_own_interface(tmp_path, known_as, expected):
    """With stand-ins for what a cluster has; `srun` runs the tasks' command as task 0."""
    commands = {
        "scontrol": "echo node1; echo node2",
        "getent": f"[ $2 = node1 ] && printf '{known_as}\\n' | sed 's/$/  STREAM node1/'",
        "hostname": "echo 10.9.9.9 192.168.0.1",
        "srun": 'while [ "$1" != bash ]; do shift; done; SLURM_PROCID=0 exec "$@"',
        "python": 'echo "$KERASTUNER_TUNER_ID $KERASTUNER_ORACLE_IP $KERASTUNER_ORACLE_PORT $@"',
    }
    for name, body in commands.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    printed = subprocess.run(
        ["bash", str(TUNING / "slurm.sh"), "--max-trials", "40"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_JOB_NODELIST": "node[1-2]", "SLURM_JOB_ID": "41234"},
        capture_output=True,
        text=True,
    )
    assert printed.stdout == f"chief {expected} 21234 tuning/search.py --max-trials 40\n", printed.stderr


@pytest.mark.plain
def test_on_kubernetes_only_the_pods_of_the_search_reach_the_chief():
    """Read as text: no YAML library is needed for anything else here."""
    manifest = (TUNING / "kubernetes.yaml").read_text()
    assert "KERASTUNER_ORACLE_IP=$POD_IP" in manifest and "0.0.0.0" not in manifest
    policy, job = (
        next(d for d in manifest.split("---\n") if f"kind: {kind}\n" in d) for kind in ("NetworkPolicy", "Job")
    )
    (name,) = re.findall(r"^metadata:\n  name: (.*)$", job, flags=re.MULTILINE)
    assert re.findall(r"podSelector:\s+matchLabels:\s+job-name: (.*)", policy) == [name, name]  # whose door, who comes
    assert "policyTypes: [Ingress]" in policy and policy.count("- from:") == 1
    ports = re.findall(r"port: (\d+)", policy) + re.findall(r"containerPort: (\d+)", job)
    assert ports == re.findall(r'name: KERASTUNER_ORACLE_PORT\s+value: "(\d+)"', job) * 2


@pytest.mark.filterwarnings("ignore:.*updates of epoch")
def test_when_all_trials_fail_the_error_says_so(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(TUNING))
    arguments = (*SMALL, "--learning-rate", 1e30, "--epochs", 3, "--max-trials", 2, "--directory", tmp_path / "runs")
    with pytest.raises(SystemExit, match="error: all 2 trials failed: .*(skipped|diverged)"):
        importlib.import_module("search").main([str(argument) for argument in arguments])
    rows = trials_of(tmp_path / "runs")
    assert [row["status"] for row in rows] == ["failed", "failed"] and all(row["reason"] for row in rows)


@pytest.mark.processes
def test_a_killed_search_goes_on(start, tmp_path):
    folder = tmp_path / "runs"
    arguments = ("search.py", *SMALL, "--max-trials", 3, "--directory", folder)
    first = start(*arguments)
    first.wait_for("Trial 1 Complete")
    first.wait_for("seed 1 of 2")  # within the second trial
    first.kill()
    assert first.end() == -signal.SIGKILL
    finished = (folder / "trials" / "trial_0" / "trial.json").read_text()
    assert json.loads(finished)["status"] == "COMPLETED"

    second = start(*arguments)
    assert second.end() == 0, second.text()
    assert (folder / "trials" / "trial_0" / "trial.json").read_text() == finished
    assert second.text().count("seed 1 of 2: epoch 2/2  val_elbo") == 2  # the interrupted trial again, and the third
    rows = trials_of(folder)
    assert sorted(row["trial"] for row in rows) == ["0", "1", "2"]
    assert all(row["status"] == "completed" and float(row["elbo"]) < 0 for row in rows)
    assert "Take latent_dim" in second.text() and "Warning" not in second.text()
    assert {"best.keras", "rate_distortion.png", "search_map.png", "seed_spread.png"} <= set(os.listdir(folder))
    best = keras.models.load_model(folder / "best.keras")
    assert best.latent_dim == int(rows[0]["latent_dim"])


@pytest.mark.processes
def test_workers_and_chief_are_killed_and_come_back(start, tmp_path):
    folder = tmp_path / "runs"
    port = free_port()
    search = start("workers.py", "--workers", 2, "--port", port, *SMALL, "--max-trials", 5, "--directory", folder)
    pids = {}
    while len(pids) < 3:
        found = search.wait_for(r"\[(chief|worker-\d)\] .* \(process (\d+)\)")
        pids[found[1]] = int(found[2])
    search.wait_for(r"\[worker-0\] seed 1 of 2")  # the chief has given it a trial, so it listens
    addresses = listening_addresses(port)
    assert addresses or sys.platform != "linux"
    # keras-tuner asks for no password: strangers must not reach it.
    assert all(address.is_loopback for address in addresses)
    os.kill(pids["worker-0"], signal.SIGKILL)
    search.wait_for("worker-0 was killed by SIGKILL and is started again")
    search.wait_for(r"\[chief\] Trial \d Complete")
    os.kill(pids["chief"], signal.SIGKILL)
    search.wait_for("chief was killed by SIGKILL and is started again")
    assert search.end() == 0, search.text()

    rows = trials_of(folder)
    assert sorted(row["trial"] for row in rows) == ["0", "1", "2", "3", "4"], search.text()
    assert all(row["status"] == "completed" for row in rows), search.text()
    ended = json.loads((folder / "trials" / "oracle.json").read_text())["end_order"]
    assert sorted(ended) == ["0", "1", "2", "3", "4"]  # each once
