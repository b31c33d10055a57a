"""What programs ask of Intel's GPU before they choose a device: there is none.
Read `cuda/__init__.py` next.
"""

from .absent import stand_ins
from .errors import DeviceError

_ABSENT = """
    Event Stream current_device current_stream get_device_capability get_device_name
    get_device_properties get_rng_state initial_seed mem_get_info set_device set_stream
    synchronize
"""

__all__ = [
    "device_count",
    "empty_cache",
    "is_available",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "seed",
    "seed_all",
]
__all__ += _ABSENT.split()
__getattr__ = stand_ins("xpu", "there is no such GPU; ask xpu.is_available()", _ABSENT, DeviceError)


def is_available() -> bool:
    """Return False: tensors are on the CPU."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Do nothing: the stream of a GPU that is not there has no seed."""


def is_initialized() -> bool:
    """Return False."""
    return False


def manual_seed_all(seed: int) -> None:
    """Do nothing, as `manual_seed`."""


def empty_cache() -> None:
    """Do nothing: no memory of a GPU is kept."""


def seed() -> None:
    """Do nothing: there is no stream of a GPU."""


def seed_all() -> None:
    """Do nothing: there is no stream of a GPU."""
