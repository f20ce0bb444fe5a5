"""A progress bar for what takes longer than a few seconds."""

import sys
import time

import keras

SILENT_SECONDS = 3.0


def progress(items, name: str, verbose: int = 1):
    """Go through a sequence; where that takes longer than 3 s, say what runs and how far it is.

    Args:
        items: Sequence.
        name: Text, what runs.
        verbose: 0 is silent. Default 1.

    Yields:
        The items.
    """
    start, bar = time.perf_counter(), None
    for done, item in enumerate(items, start=1):
        yield item
        if verbose and bar is None and time.perf_counter() - start > SILENT_SECONDS and done < len(items):
            print(f"{name}:", flush=True)
            # A bar that moves belongs on a terminal; a file gets one line when it is over.
            bar = keras.utils.Progbar(len(items), unit_name="part", verbose=1 if sys.stdout.isatty() else 2)
        if bar is not None:
            bar.update(done, finalize=done == len(items))
