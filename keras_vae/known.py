"""Classes that are known by name: to Keras in files, to users as a short text."""

from collections.abc import Callable
from typing import Any

import keras

from keras_vae.arguments import one_of


class Known:
    """The classes of one room: a decorator that makes a class known, and the way back from a name.

    Args:
        package: The name under which Keras registers the room's classes, such as "keras_vae.priors". The classes of
            0.2.0 keep "keras_vae", for their files' sake.

    Example:
    >>> known = Known("keras_vae.priors")
    >>> @known("vamp")
    ... class VampPrior(Prior): ...
    >>> known.get("prior", "vamp", Prior)
    """

    def __init__(self, package: str):
        self.package = package
        self.classes: dict[str, type] = {}

    def __call__(self, name: str | None = None, package: str | None = None) -> Callable[[type], type]:
        """Return a decorator that registers a class with Keras and, if it has one, under its short name.

        Args:
            name: The text that stands for the class with its default arguments, or None.
            package: Another package for Keras' registration, or None.
        """

        def decorate(cls):
            if name is not None:
                self.classes[name] = cls
            return keras.saving.register_keras_serializable(package=package or self.package)(cls)

        return decorate

    def get(self, argument: str, identifier: Any, base: type, default: str | None = None) -> Any:
        """Return the instance that an identifier stands for.

        Args:
            argument: The argument's name, for the error.
            identifier: An instance of `base`, a short name, or None.
            base: The class that instances must be of.
            default: The short name that None stands for, or None: then None is refused.

        Raises:
            ValueError: If it is neither an instance nor a known name.
        """
        if isinstance(identifier, base):
            return identifier
        return self.classes[one_of(argument, default if identifier is None else identifier, self.classes)]()
