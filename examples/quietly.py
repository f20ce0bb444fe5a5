"""Import the backend without the log lines that it writes to the terminal while it loads."""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def quietly():
    """Keep what is written to the standard error back; show it if the block fails.

    TensorFlow's libraries write about CPU features and absent GPUs past Python, to the file descriptor itself.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(terminal, kept.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
