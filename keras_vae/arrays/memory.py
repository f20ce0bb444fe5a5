"""A check of the memory that a call needs."""

import os


def require(name: str, value, num_bytes: int):
    """Raise a ValueError if an argument asks for more memory at once than the machine has."""
    try:
        available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):  # a system that does not say
        return
    if num_bytes > available:
        raise ValueError(
            f"`{name}` must fit into memory: it asks for about {num_bytes / 1e9:,.0f} GB at once, this machine has "
            f"{available / 1e9:,.0f} GB. Received: {name}={value}"
        )
