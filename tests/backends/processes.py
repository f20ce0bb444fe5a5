"""Run a job of jobs.py in a process of its own, on this backend or another."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import keras
import pytest

JOBS = pathlib.Path(__file__).parent / "jobs.py"
SECONDS = 300


def run(job, folder, *arguments, backend=None, killed=False):
    """Run a job, and assert that it ended well (or was killed, where it should be)."""
    backend = backend or keras.backend.backend()
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"needs the backend {backend}, which is not installed")
    process = subprocess.run(
        [sys.executable, "-W", "ignore", str(JOBS), job, str(folder), *arguments],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert process.returncode == (-9 if killed else 0), process.stderr[-3000:]
