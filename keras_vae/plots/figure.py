"""A matplotlib Figure for notebooks and files."""

import io
import os
from typing import Any

from matplotlib import figure

from keras_vae.replacing import replacing


class Figure(figure.Figure):
    """A matplotlib Figure made without pyplot, so that no window opens and nothing is left to close.

    A notebook learns from pyplot how to show a figure; this one says it itself.
    """

    def savefig(self, fname: Any, *, format: str | None = None, **arguments: Any) -> None:
        """Write the figure to a file; whoever is killed while writing leaves the old file whole.

        Args:
            fname: Path, or an open binary file. A path without an ending gets that of matplotlib's default format.
            format: "png", "pdf", "svg" or another that matplotlib knows; None takes it from the path. Default None.
            **arguments: As for `matplotlib.figure.Figure.savefig`.

        Raises:
            ValueError: If matplotlib does not know the format.
            OSError: What the system says, such as that the disk is full, with the file's name.
        """
        if not isinstance(fname, (str, os.PathLike)):
            super().savefig(fname, format=format, **arguments)
            return
        path = os.fspath(fname)
        if format is None:
            format = os.path.splitext(path)[1][1:]
        if not format:
            format = self.canvas.get_default_filetype()
            path = f"{path.rstrip('.')}.{format}"
        if os.path.exists(path) and not os.path.isfile(path):  # a pipe or a device is no file to replace
            super().savefig(path, format=format, **arguments)
            return
        # Through memory: some formats write their file's name into it.
        stream = io.BytesIO()
        super().savefig(stream, format=format, **arguments)
        with replacing(path) as new:
            new.write_bytes(stream.getvalue())

    def _repr_png_(self) -> bytes:
        """Return the picture that a notebook shows, at the figure's own resolution."""
        stream = io.BytesIO()
        super().savefig(stream, format="png", dpi=self.dpi)
        return stream.getvalue()
