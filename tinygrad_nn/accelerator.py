"""Which accelerator there is: none, so that programs take the CPU.
Read `cuda/__init__.py` next, which older programs ask.
"""

from .absent import stand_ins
from .errors import DeviceError

_ABSENT = """
    current_device_idx current_device_index current_stream device_index empty_cache
    get_device_capability get_memory_info max_memory_allocated max_memory_reserved memory_allocated
    memory_reserved memory_stats reset_accumulated_memory_stats reset_peak_memory_stats
    set_device_idx set_device_index set_stream synchronize
"""

__all__ = ["current_accelerator", "device_count", "is_available", *_ABSENT.split()]
__getattr__ = stand_ins(
    "accelerator", "there is none; ask accelerator.is_available()", _ABSENT, DeviceError
)


def is_available() -> bool:
    """Return False: tensors are on the CPU."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """Return None, for no accelerator."""
