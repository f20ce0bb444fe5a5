"""The file of a stored training."""

import io
import json
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_vae.replacing import replacing

FORMAT = "keras_vae backup 1"
NUMBERS = ("epoch", "batch", "step", "first_step", "steps", "signature")


@dataclass
class Stored:
    """A training at one moment.

    Args:
        epoch: Int, the epoch to go on with, counted from 0.
        batch: Int, the batch of that epoch to go on with.
        step: Int, the model's count of steps.
        first_step: Int, that count where the epoch began.
        steps: Int or None, the number of batches in an epoch.
        signature: List of texts, what `Resumable.signature` returned.
        state: Dict of arrays, what `Resumable.training_state` returned.
        callbacks: Dict of numbers, texts, None and lists of arrays: what the other callbacks remember.
    """

    epoch: int
    batch: int
    step: int
    first_step: int
    steps: int | None
    signature: list[str]
    state: dict[str, np.ndarray]
    callbacks: dict[str, Any]


def write(path: str | os.PathLike, stored: Stored) -> None:
    """Put a stored training in the file's place at once."""
    lists = {name: value for name, value in stored.callbacks.items() if isinstance(value, list)}
    about = {
        "format": FORMAT,
        **{name: getattr(stored, name) for name in NUMBERS},
        "callbacks": {name: value for name, value in stored.callbacks.items() if name not in lists},
        "lists": {name: len(arrays) for name, arrays in lists.items()},
    }
    arrays: dict[str, Any] = {f"state.{name}": array for name, array in stored.state.items()}
    for name, members in lists.items():
        arrays |= {f"{name}.{i}": _of_numpy(member) for i, member in enumerate(members)}
    file = io.BytesIO()
    np.savez(file, about=np.frombuffer(json.dumps(about, default=float).encode(), "uint8"), **arrays)
    with replacing(path) as new:
        new.write_bytes(file.getbuffer())


def read(path: str | os.PathLike) -> Stored:
    """Return a stored training, after every part of the file was read and agreed with its checksum."""
    with open(path, "rb") as file:
        content = file.read()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        about = json.loads(arrays["about"].tobytes())
        if about["format"] != FORMAT:
            raise ValueError(f"its format is {about['format']!r}, not {FORMAT!r}")
        lists = {name: [arrays[f"{name}.{i}"] for i in range(n)] for name, n in about["lists"].items()}
        return Stored(
            **{name: about[name] for name in NUMBERS},
            state={name.removeprefix("state."): a for name, a in arrays.items() if name.startswith("state.")},
            callbacks={**about["callbacks"], **lists},
        )
    except Exception as error:  # what a damaged archive raises is any of a dozen classes
        raise ValueError(
            f"`path` must be a file that Backup wrote. Received: {os.fspath(path)!r}, which is damaged or another file "
            f"({type(error).__name__}: {error}). It is left as it is: remove it, or give another path, to start anew."
        ) from error


def _of_numpy(array):
    # NumPy reads types that are not its own, such as bfloat16, back as raw bytes; float32 holds them exactly.
    array = np.asarray(array)
    return array.astype("float32") if array.dtype.kind == "V" else array
