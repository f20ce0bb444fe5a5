"""A training that is stopped and resumed in a new process ends as the uninterrupted one, to the last bit."""

import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from processes import run


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    folder = tmp_path_factory.mktemp("straight")
    run("straight", folder)
    return folder


def assert_same_state(one, other):
    with np.load(one) as a, np.load(other) as b:
        assert a.files == b.files and len(a.files) > 40
        for name in a.files:
            np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_from_a_saved_file(straight):
    run("second_half", straight)
    assert_same_state(straight / "straight.npz", straight / "second_half.npz")


def test_from_a_backup_after_a_kill(straight, tmp_path):
    run("backup", tmp_path, str(2), killed=True)
    assert (tmp_path / "backup").is_dir() and not (tmp_path / "backup.npz").exists()
    run("backup", tmp_path)
    assert_same_state(straight / "straight.npz", tmp_path / "backup.npz")
