"""A training that is stopped and resumed in a new process ends as the uninterrupted one, to the last bit."""

import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import jobs
from processes import run

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    folder = tmp_path_factory.mktemp("straight")
    jobs.straight(folder)
    return folder


def assert_same_state(one, other):
    with np.load(one) as a, np.load(other) as b:
        assert a.files == b.files and len(a.files) > 40
        for name in a.files:
            np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_from_a_saved_file(straight):
    run("second_half", straight)
    assert_same_state(straight / "straight.npz", straight / "second_half.npz")


def test_from_a_backup_after_three_kills(straight, tmp_path):
    backup = tmp_path / "backup" / "backup.npz"
    run("backup", tmp_path, "in_epoch", "1", killed=True)
    first = backup.read_bytes()
    run("backup", tmp_path, "in_write", "1", killed=True)  # the new file is written, the old one in its place
    assert backup.read_bytes() == first and len(list(backup.parent.iterdir())) == 2
    run("backup", tmp_path, "in_write", "4", killed=True)  # the second file has just taken its place, within epoch 2
    assert backup.read_bytes() != first and [entry.name for entry in backup.parent.iterdir()] == ["backup.npz"]
    assert not (tmp_path / "backup.npz").exists()
    run("backup", tmp_path)
    assert_same_state(straight / "straight.npz", tmp_path / "backup.npz")
