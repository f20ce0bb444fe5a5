"""A progress bar for what takes longer than a few seconds."""

import sys
import time

import keras

SILENT_SECONDS = 3.0


def progress(items, name: str, verbose: int = 1):
    """Go through a sequence; where that takes longer than 3 s, say what runs and, on a terminal, how far it is.

    Args:
        items: Sequence.
        name: Text, what runs.
        verbose: 0 is silent. Default 1.

    Yields:
        The items.
    """
    start, bar, said = time.perf_counter(), None, False
    for done, item in enumerate(items, start=1):
        yield item
        if verbose and not said and done < len(items) and time.perf_counter() - start > SILENT_SECONDS:
            said = True
            print(f"{name} ...", flush=True)
            # A bar that moves belongs on a terminal, not into a file.
            bar = keras.utils.Progbar(len(items), unit_name="part") if sys.stdout.isatty() else None
        if bar is not None:
            bar.update(done)
