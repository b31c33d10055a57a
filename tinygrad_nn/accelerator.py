"""Which accelerator there is: none, so that programs take the CPU.
Read `cuda.py` beside it, which older programs ask.
"""

__all__ = ["current_accelerator", "device_count", "is_available"]


def is_available() -> bool:
    """Return False: tensors are on the CPU."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """Return None, for no accelerator."""
