"""Errors for names that have moved."""

from collections.abc import Callable


def moved(room: str, names: dict[str, str]) -> Callable:
    """Return a module's `__getattr__`, which raises an AttributeError that says where a name is now.

    Args:
        room: The module's name.
        names: Dict from an old name of the module to the new one in full.
    """

    def getattr_of_module(name):
        if name in names:
            raise AttributeError(f"{room}.{name} is now {names[name]}")
        raise AttributeError(f"module {room!r} has no attribute {name!r}")

    return getattr_of_module
