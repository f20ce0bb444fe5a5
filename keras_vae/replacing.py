"""Atomic replacement of files."""

import contextlib
import glob
import os
import pathlib
import secrets
import shutil
from collections.abc import Iterator

PREFIX = ".unfinished-"


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Give the block a path to write to; what it has written takes the file's place when the block ends well.

    The new file lies beside the old one under a name of its own, `.unfinished-*`, until it is whole and on the disk.
    An error removes it; a kill leaves it behind, and the old file as it was. A symbolic link stays one: the file it
    points to is replaced.

    Args:
        path: Path of a file; its folder must exist.

    Yields:
        The path to write to; it ends in the file's own name, so that its ending says the same format.

    Raises:
        OSError: What the system says, such as that the disk is full, with the file's own name.

    Example:
    >>> with replacing("scores.json") as new:
    ...     new.write_text("{}")
    """
    path = pathlib.Path(os.path.realpath(path))
    new = path.with_name(f"{PREFIX}{secrets.token_hex(6)}-{path.name}")
    try:
        yield new
        if path.exists():
            shutil.copymode(path, new)
        _to_disk(new)
        os.replace(new, path)
    except OSError as error:
        new.unlink(missing_ok=True)
        if error.errno is None or error.filename not in (None, str(new), new):
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    _to_disk(path.parent)


def remove_unfinished(path: str | os.PathLike) -> None:
    """Remove what killed processes have left of a file beside it; for a file that nobody else is writing now."""
    path = pathlib.Path(os.path.realpath(path))
    for left in path.parent.glob(f"{PREFIX}*-{glob.escape(path.name)}"):
        left.unlink(missing_ok=True)


def _to_disk(path):
    """Wait until the disk has it: a file that is renamed before its content is there is empty after a power cut."""
    if os.name != "posix" and path.is_dir():
        return  # only POSIX systems open a folder
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
