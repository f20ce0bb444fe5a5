"""What every room says of a bad argument: its name, what was expected, what was received."""


def at_least(name: str, value, low, strict: bool = False):
    """Return `value` if it is a number not below `low` (above it, if `strict`); raise a ValueError otherwise."""
    expected = f"a number {'above' if strict else 'of at least'} {low}"
    try:
        good = value > low if strict else value >= low
    except TypeError:
        good = False
    if isinstance(value, (str, bool)) or not good:
        raise ValueError(f"`{name}` must be {expected}. Received: {name}={value!r}")
    return value


def whole_number(name: str, value, low: int = 1) -> int:
    """Return `value` as an int if it is a whole number not below `low`; raise a ValueError otherwise."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < low:
        raise ValueError(f"`{name}` must be a whole number of at least {low}. Received: {name}={value!r}")
    return int(value)


def one_of(name: str, value, known):
    """Return `value` if it is among the `known` names; raise a ValueError that lists them otherwise."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"`{name}` must be one of {', '.join(map(repr, known))}. Received: {name}={value!r}")
    return value
