"""Ctrl-C waits for the end of a training step."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator

# After this many seconds a second Ctrl-C acts at once: the step may hang.
PATIENCE = 1.0


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Let a SIGINT that arrives within the block act when the block ends, by the handler that was there before.

    Python lets it act between any two instructions: between the update of two variables, or after JAX has given a
    step's old state away and before its new state has a name. Only the main thread is interrupted.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    arrived = []

    def wait(number, frame):
        arrived.append(time.monotonic())
        if arrived[-1] - arrived[0] > PATIENCE:
            handler(number, frame)

    signal.signal(signal.SIGINT, wait)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if arrived:
            handler(signal.SIGINT, None)


def whole(step: Callable) -> Callable:
    """Return a step that an interrupt does not cut in two."""

    def uninterrupted(*args):
        with deferred():
            return step(*args)

    return uninterrupted
