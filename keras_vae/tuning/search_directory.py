"""The folder of a search."""

import json
import os
import pathlib
import time
from typing import Any

from filelock import FileLock, Timeout

from keras_vae.arguments import a_path, shown
from keras_vae.replacing import PREFIX, replacing

IDENTITY, FINISHED, LOCKS = "search.json", "finished.json", "locks"


class SearchDirectory:
    """A folder that belongs to one search: another search, or a second process of the same one, is refused.

    It holds `search.json`, what the search is; `trials/`, keras-tuner's state and the weights; `locks/`; and the
    results. The system frees a lock when its process dies, however it dies.

    Args:
        path: Path of a folder: a new one, an empty one, or one of this same search, which then goes on.
        identity: Dict that JSON can hold: what the search varies, over which data, how it trains and scores.
        process: Text, the name of this process among those of the search: workers share a folder under different
            names. Default "search".

    Example:
    >>> with keras_vae.tuning.SearchDirectory("runs/digits", hypermodel.get_config()) as folder:
    ...     tuner = keras_vae.tuning.make_tuner("random", hypermodel, max_trials=1, directory=folder)
    """

    def __init__(self, path: str | os.PathLike, identity: dict, process: str = "search"):
        self.path = a_path("path", path)
        try:
            self.identity = dict(json.loads(json.dumps(identity)))
        except (TypeError, ValueError) as error:
            raise ValueError(f"`identity` must be a dict that JSON can hold. Received: {shown(identity)}") from error
        if not isinstance(process, str) or not process or "/" in process:
            raise ValueError(f"`process` must be a name. Received: process={shown(process)}")
        self.process = process

    def __enter__(self) -> pathlib.Path:
        """Take the folder.

        Returns:
            Its path.

        Raises:
            ValueError: If it holds something else, or another process uses it.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(f"`directory` must be a folder. Received: {self.path}, which is a file")
        self._refuse_foreign()
        (self.path / LOCKS).mkdir(parents=True, exist_ok=True)
        with FileLock(self.path / LOCKS / "identity.lock", timeout=60):  # chief and workers may come at once
            self._check_identity()
        self._lock = self._locked()
        return self.path

    def __exit__(self, *error: Any) -> None:
        """Let the folder go."""
        self._lock.release()

    def mark_finished(self, max_trials: int) -> None:
        """Write down that the search has ended, so that a worker that comes late does not wait for its chief."""
        _write(self.path / FINISHED, {"max_trials": max_trials, "time": time.strftime("%Y-%m-%d %H:%M:%S")})

    def is_finished(self, max_trials: int) -> bool:
        """Say whether the search has ended with at least so many trials asked for."""
        path = self.path / FINISHED
        return path.is_file() and json.loads(path.read_text())["max_trials"] >= max_trials

    def _refuse_foreign(self):
        # Another process of the search may be writing its identity down.
        entries = [entry.name for entry in self.path.iterdir()] if self.path.is_dir() else []
        found = {name for name in entries if name != LOCKS and not name.startswith(PREFIX)}
        if found and IDENTITY not in found:
            raise ValueError(
                "`directory` must be new, empty, or that of the same search. Received: "
                f"{self.path}, which holds {', '.join(sorted(found)[:5])} and no {IDENTITY}"
            )

    def _check_identity(self):
        path = self.path / IDENTITY
        if not path.is_file():
            _write(path, self.identity)
            return
        stored = json.loads(path.read_text())
        differing = [
            f"{name}: {_short(stored.get(name))} there, {_short(self.identity.get(name))} here"
            for name in sorted({*stored, *self.identity})
            if stored.get(name) != self.identity.get(name)
        ]
        if differing:
            raise ValueError(
                f"`directory` must be that of the same search. Received: {self.path}, which holds another one, and "
                f"is left as it is ({'; '.join(differing)}). Choose another directory"
            )

    def _locked(self) -> FileLock:
        lock = FileLock(self.path / LOCKS / f"{self.process}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise ValueError(
                f"`directory` must be used by one search at a time. Received: {self.path}, which a running process "
                f"uses as {self.process!r}"
            ) from error
        return lock


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else text[:117] + "..."


def _write(path, content):
    with replacing(path) as new:
        new.write_text(json.dumps(content, indent=2) + "\n")
