"""Whether Apple's GPU can be used: it can't.
Read `../cuda.py` next.
"""

__all__ = ["is_available", "is_built"]


def is_available() -> bool:
    """Return False: tensors are on the CPU."""
    return False


def is_built() -> bool:
    """Return False."""
    return False
