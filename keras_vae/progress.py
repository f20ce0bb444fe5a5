"""A progress bar."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import keras

from keras_vae.arguments import whole_number

SILENT_SECONDS = 3.0


def verbosity(value: Any) -> bool | int | str:
    """Return `value` if it is what Keras takes for `verbose`; raise a ValueError otherwise."""
    is_known = isinstance(value, bool) or (isinstance(value, str) and value == "auto")
    return value if is_known else whole_number("verbose", value, low=0, high=2)


def progress(items: Sequence[Any], name: str, verbose: int | str = 1) -> Iterator[Any]:
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
