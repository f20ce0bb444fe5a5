"""A file in memory that has a name."""

import io
import os


class InMemory(io.BytesIO):
    """A file in memory under the name of one on the disk, for Keras, which takes the format from the name.

    HDF5 ends the whole process with a segmentation fault where the disk is full. Nothing is written to the disk here.

    Args:
        name: Text or path, the name; nothing need be there.
        content: Bytes to be read. Default none.
    """

    # No __fspath__: whoever finds one opens the path in place of the memory.

    def __init__(self, name: str | os.PathLike, content: bytes = b""):
        super().__init__(content)
        self.path = os.fspath(name)

    def __str__(self):
        """Return the name."""
        return self.path
