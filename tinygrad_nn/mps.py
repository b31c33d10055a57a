"""What programs ask of Apple's GPU before they choose a device: there is none.
Read `cuda/__init__.py` next.
"""

from .absent import stand_ins
from .errors import DeviceError

_ABSENT = """
    current_allocated_memory driver_allocated_memory recommended_max_memory
    set_per_process_memory_fraction get_rng_state set_rng_state compile_shader synchronize
    empty_cache
"""

__all__ = ["device_count", "is_available", "manual_seed", "seed"]
__all__ += _ABSENT.split()
__getattr__ = stand_ins("mps", "there is no such GPU; ask mps.is_available()", _ABSENT, DeviceError)


def is_available() -> bool:
    """Return False: tensors are on the CPU."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Do nothing: the stream of a GPU that is not there has no seed."""


def seed() -> None:
    """Do nothing: there is no stream of a GPU."""
