"""What programs ask of a GPU before they choose a device: there is none, as in PyTorch on a CPU.
Read `amp.py` next, and `../places/no_gpu.py`, what is asked of any make.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import DeviceError
from ..places import paths as _paths
from ..places.absent import stand_in, stand_ins
from ..places.no_gpu import (
    device_count,
    empty_cache,
    is_available,
    is_initialized,
    manual_seed,
    manual_seed_all,
    seed,
    seed_all,
)
from . import amp

_WHY = "there is no GPU here; ask cuda.is_available() first"
_ABSENT = """
    BFloat16Tensor BoolTensor ByteTensor CUDAGraph CharTensor DoubleTensor Event ExternalStream
    FloatTensor HalfTensor IntTensor LongTensor ShortTensor Stream
    can_device_access_peer caching_allocator_alloc caching_allocator_delete clock_rate
    current_blas_handle current_device current_stream default_stream get_device_capability
    get_device_name get_device_properties get_rng_state graph graph_pool_handle init initial_seed
    ipc_collect list_gpu_processes make_graphed_callables mem_get_info memory_snapshot
    memory_summary memory_usage power_draw set_device set_per_process_memory_fraction set_stream
    synchronize temperature utilization
"""

__all__ = [
    "OutOfMemoryError",
    "amp",
    "device",
    "device_count",
    "device_of",
    "empty_cache",
    "get_arch_list",
    "get_gencode_flags",
    "get_rng_state_all",
    "is_available",
    "is_bf16_supported",
    "is_current_stream_capturing",
    "is_initialized",
    "is_tf32_supported",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "memory_allocated",
    "memory_reserved",
    "memory_stats",
    "nvtx",
    "reset_accumulated_memory_stats",
    "reset_max_memory_allocated",
    "reset_max_memory_cached",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_rng_state",
    "set_rng_state_all",
    "stream",
    *_ABSENT.split(),
]

__getattr__ = stand_ins("cuda", _WHY, _ABSENT, DeviceError)


class OutOfMemoryError(RuntimeError):
    """What PyTorch raises where a GPU's memory is full; never raised here."""


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Return False."""
    return False


def is_tf32_supported() -> bool:
    """Return False."""
    return False


def is_current_stream_capturing() -> bool:
    """Return False."""
    return False


def get_arch_list() -> list[str]:
    """Return an empty list."""
    return []


def get_gencode_flags() -> str:
    """Return an empty string."""
    return ""


# --- random numbers -------------------------------------------------------------------------------


def get_rng_state_all() -> list[Any]:
    """Return an empty list, one state for each GPU."""
    return []


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Do nothing, as `manual_seed`."""


def set_rng_state_all(new_states: Any) -> None:
    """Do nothing, as `manual_seed`."""


# --- memory ---------------------------------------------------------------------------------------


def memory_allocated(device: Any = None) -> int:
    """Return 0."""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def memory_stats(device: Any = None) -> dict[str, Any]:
    """Return an empty dict."""
    return {}


def reset_peak_memory_stats(device: Any = None) -> None:
    """Do nothing: no memory of a GPU is used."""


reset_max_memory_allocated = reset_max_memory_cached = reset_peak_memory_stats
reset_accumulated_memory_stats = reset_peak_memory_stats

# --- contexts -------------------------------------------------------------------------------------


@contextmanager
def device(device: Any) -> Iterator[None]:
    """Do nothing for None or -1, which stand for no GPU.

    Raises:
        DeviceError: another number.
    """
    if device not in (None, -1):
        stand_in("cuda.device", _WHY, DeviceError)()
    yield


@contextmanager
def device_of(obj: Any) -> Iterator[None]:
    """Do nothing: the object is on the CPU."""
    yield


@contextmanager
def stream(stream: Any) -> Iterator[None]:
    """Do nothing for None, the only stream that there can be."""
    yield


_paths.enter_below("cuda")
