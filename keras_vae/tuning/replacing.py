"""Files that are replaced at once: whoever is killed while writing leaves the old one whole."""

import contextlib
import os
import pathlib

NEW = "new_"


@contextlib.contextmanager
def replacing(path):
    """Give the block a path to write to; what it has written takes the file's place when the block ends well."""
    path = pathlib.Path(path)
    new = path.with_name(NEW + path.name)
    yield new
    os.replace(new, path)
