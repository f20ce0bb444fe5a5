"""Classes known by name."""

from collections.abc import Callable
from typing import Any, TypeVar

import keras

from keras_vae.arguments import one_of

Class = TypeVar("Class", bound=type)
Base = TypeVar("Base")


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
        self.classes: dict[str, Callable[..., Any]] = {}

    def __call__(self, name: str | None = None, package: str | None = None) -> Callable[[Class], Class]:
        """Return a decorator that registers a class with Keras and, if it has one, under its short name.

        Args:
            name: The text that stands for the class with its default arguments, or None.
            package: Another package for Keras' registration, or None.
        """

        def decorate(cls: Class) -> Class:
            if name is not None:
                self.classes[name] = cls
            return keras.saving.register_keras_serializable(package=package or self.package)(cls)

        return decorate

    def named(self, argument: str, name: Any) -> Callable[..., Any]:
        """Return the class that a short name stands for.

        Args:
            argument: The argument's name, for the error.
            name: The short name.

        Raises:
            ValueError: If it is no known name.
        """
        return self.classes[one_of(argument, name, self.classes)]

    def get(self, argument: str, identifier: Any, base: type[Base], default: str | None = None) -> Base:
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
        return self.named(argument, default if identifier is None else identifier)()
