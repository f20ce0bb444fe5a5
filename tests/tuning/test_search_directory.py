import subprocess
import sys

import pytest

from keras_vae.tuning import SearchDirectory

IDENTITY = {"space": {"beta": {"range": [0.1, 1.0]}}, "seeds": 3}


def test_it_is_of_one_search_and_of_one_process_at_a_time(tmp_path):
    folder = tmp_path / "search"
    with SearchDirectory(folder, IDENTITY) as path:
        assert path == folder
        with pytest.raises(ValueError, match="used by one search at a time.*a running process uses as 'search'"):
            SearchDirectory(folder, IDENTITY).__enter__()
        with SearchDirectory(folder, IDENTITY, process="worker-1"):  # a worker of the same search
            pass
    with SearchDirectory(folder, IDENTITY):  # free again
        pass


def test_another_search_is_refused_and_nothing_is_overwritten(tmp_path):
    with SearchDirectory(tmp_path / "search", IDENTITY):
        pass
    before = (tmp_path / "search" / "search.json").read_text()
    with pytest.raises(ValueError, match="holds another one, and is left as it is .seeds: 3 there, 2 here.*Choose"):
        SearchDirectory(tmp_path / "search", {**IDENTITY, "seeds": 2}).__enter__()
    assert (tmp_path / "search" / "search.json").read_text() == before
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("1")
    with pytest.raises(ValueError, match="must be new, empty, or that of the same search.*chapter.tex and no search"):
        SearchDirectory(tmp_path / "thesis", IDENTITY).__enter__()
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]
    with pytest.raises(ValueError, match="`directory` must be a folder"):
        SearchDirectory(tmp_path / "thesis" / "chapter.tex", IDENTITY).__enter__()


@pytest.mark.processes
def test_a_killed_process_leaves_no_lock(tmp_path):
    code = (
        "import os, signal, sys; from filelock import FileLock; "
        "FileLock(sys.argv[1]).acquire(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    (tmp_path / "locks").mkdir()
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "locks" / "search.lock"]).returncode == -9
    with SearchDirectory(tmp_path, IDENTITY):
        pass


def test_a_search_is_finished_for_as_many_trials_as_it_had(tmp_path):
    directory = SearchDirectory(tmp_path, IDENTITY)
    with directory:
        assert not directory.is_finished(1)
        directory.mark_finished(max_trials=5)
        assert directory.is_finished(5) and not directory.is_finished(6)
