"""A model's files, written in memory first and replaced at once: neither a kill nor a full disk harms the old one."""

import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_vae.replacing import replacing
from keras_vae.training.in_memory import InMemory
from keras_vae.training.mixin import Mixin


class Saving(Mixin):
    """The methods `save` and `save_weights` of a Keras model, which Keras' callbacks call as well."""

    build_if_possible: Callable[[], None]

    _loaded = False  # whether there are weights of a file that nobody has looked at

    def load_own_variables(self, store: Any) -> None:
        """Load the weights, and remember that they are a file's."""
        super().load_own_variables(store)
        self._loaded = True

    def check_loaded_weights(self) -> None:
        """Warn if the weights were loaded from a file and some are not finite."""
        if self._loaded:
            self._loaded = False
            bad = [w.path for w in self.weights if not np.all(np.isfinite(ops.convert_to_numpy(w)))]
            if bad:
                warnings.warn(
                    f"The file's weights hold NaN or infinite values: {', '.join(bad[:5])}"
                    + (f" and {len(bad) - 5} more." if len(bad) > 5 else "."),
                    stacklevel=3,
                )

    def save(
        self, filepath: str | os.PathLike, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Save the networks, the weights, the optimizer and the state of the noise as one `.keras` file.

        The file is made in memory and replaced at once: who is killed while saving, or has no space left, keeps the
        old file as it was. A path of a remote system (`gs://`, `hf://`) is left to Keras.

        Args:
            filepath: Text or path, ending in `.keras`.
            overwrite: Bool; False asks at the prompt before a file is replaced. Default True.
            zipped: None or True; False, a folder of several files, is for `hf://` only. Default None.
            **kwargs: What else `keras.Model.save` takes.

        Raises:
            ValueError: If the name does not end in `.keras`, or `zipped` is False.
            OSError: What the system says, such as that the disk is full, with the file's name.

        Example:
        >>> vae.save("vae.keras")
        >>> vae = keras.models.load_model("vae.keras")
        """
        self.build_if_possible()
        if is_remote(filepath):
            return super().save(filepath, overwrite=overwrite, zipped=zipped, **kwargs)
        if not os.fspath(filepath).endswith(".keras"):
            raise ValueError(
                "`filepath` must end in '.keras', the format that can be loaded again (HDF5 cannot hold such a model). "
                f"Received: filepath={os.fspath(filepath)!r}"
            )
        if zipped is False:
            raise ValueError(
                "`zipped` must be None or True: a folder of several files cannot be replaced at once. Received: "
                "zipped=False"
            )
        write(filepath, lambda file: super(Saving, self).save(file, **kwargs), overwrite)

    def save_weights(
        self, filepath: str | os.PathLike, overwrite: bool = True, max_shard_size: float | None = None
    ) -> None:
        """Save the weights, the optimizer and the state of the noise as one `.weights.h5` file, replaced at once.

        Args:
            filepath: Text or path, ending in `.weights.h5`.
            overwrite: Bool; False asks at the prompt before a file is replaced. Default True.
            max_shard_size: None. Keras' several files of at most so many GB cannot be replaced at once.

        Raises:
            ValueError: If the name does not end in `.weights.h5`, the model is not built, or a size is given.
            OSError: What the system says, such as that the disk is full, with the file's name.

        Example:
        >>> vae.save_weights("vae.weights.h5")
        >>> vae.load_weights("vae.weights.h5")
        """
        self.build_if_possible()
        if is_remote(filepath):
            return super().save_weights(filepath, overwrite=overwrite, max_shard_size=max_shard_size)
        if max_shard_size is not None:
            raise ValueError(
                "`max_shard_size` must be None: several files cannot be replaced at once. Received: "
                f"max_shard_size={max_shard_size!r}"
            )
        write(filepath, self.save_weights_to, overwrite)

    def save_weights_to(self, file: InMemory) -> None:
        """Write what `save_weights` writes to a file in memory."""
        super().save_weights(file)


def is_remote(path: str | os.PathLike) -> bool:
    """Say whether a path names another system, whose files the operating system cannot replace."""
    return "://" in os.fspath(path)


def write(path: str | os.PathLike, save: Callable[[InMemory], None], overwrite: bool) -> None:
    """Let a function write a file in memory, and put what it has written in the path's place at once."""
    if not overwrite and os.path.exists(path) and not may_replace(path):
        return
    file = InMemory(path)
    save(file)
    with replacing(path) as new, open(new, "wb") as on_disk:
        on_disk.write(file.getbuffer())


def may_replace(path: str | os.PathLike) -> bool:
    """Ask at the prompt whether a file may be replaced."""
    return input(f"{os.fspath(path)} is there already. Replace it? [y/n] ").strip().lower() in ("y", "yes")
