"""A file is replaced whole, or not at all."""

import os
import pathlib

import pytest

from keras_vae.replacing import remove_unfinished, replacing

pytestmark = pytest.mark.plain


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("old")
    return path


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_the_new_file_takes_the_place_of_the_old_one_when_it_is_whole(old):
    with replacing(old) as new:
        assert new.parent == old.parent and new.name.endswith("data.csv")
        new.write_text("new")
        assert old.read_text() == "old"
    assert old.read_text() == "new" and names(old.parent) == ["data.csv"]


def test_an_error_leaves_the_old_file_and_nothing_else(old):
    for error in (KeyError, KeyboardInterrupt):
        with pytest.raises(error), replacing(old) as new:
            new.write_text("half")
            raise error
        assert old.read_text() == "old" and names(old.parent) == ["data.csv"]


def test_an_error_of_the_system_names_the_file_itself(old):
    with pytest.raises(OSError, match="No space left on device: .*/data.csv'") as raised, replacing(old) as new:
        new.write_text("half")
        raise OSError(28, "No space left on device")
    assert raised.value.filename == str(old) and names(old.parent) == ["data.csv"]
    with pytest.raises(FileNotFoundError, match="absent/data.csv'"), replacing(old.parent / "absent/data.csv") as new:
        new.write_text("new")


def test_a_full_disk_leaves_the_old_file_and_names_it(old, full_disk):
    with full_disk(100), pytest.raises(OSError, match="File too large: .*/data.csv'"), replacing(old) as new:
        new.write_text("new" * 100)
    assert old.read_text() == "old" and names(old.parent) == ["data.csv"]


def test_what_killed_processes_have_left_of_one_file_is_removed(old):
    for name in (".unfinished-0a1b2c-data.csv", ".unfinished-0a1b2c-other.csv", "the_users-data.csv"):
        old.with_name(name).write_text("half")
    remove_unfinished(old)
    assert names(old.parent) == [".unfinished-0a1b2c-other.csv", "data.csv", "the_users-data.csv"]


def test_files_of_the_user_with_a_similar_name_are_left_alone(old):
    beside = old.with_name("new_data.csv")
    beside.write_text("the user's own")
    with replacing(old) as one, replacing(old) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert old.read_text() == "one" and beside.read_text() == "the user's own"


def test_a_link_stays_a_link_and_the_permissions_stay(old):
    link = old.with_name("link.csv")
    link.symlink_to(old)
    old.chmod(0o640)
    with replacing(link) as new:
        new.write_text("new")
    assert link.is_symlink() and pathlib.Path(os.readlink(link)) == old
    assert old.read_text() == "new" and old.stat().st_mode & 0o777 == 0o640
