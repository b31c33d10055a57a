"""Switches of the whole library that programs set at their beginning, and questions about them.
Read `backends/` next, those of the libraries that PyTorch computes with.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from .amp.autocast_mode import (
    get_autocast_dtype,
    is_autocast_enabled,
    set_autocast_dtype,
    set_autocast_enabled,
)
from .arrays.dtypes import dtype, set_default_dtype
from .arrays.refusing import shown
from .errors import ArgumentError, DTypeError
from .tensor.conversions import OLD_NAMES
from .tensor.device import check_device, device
from .warn import warn_user

_PRECISIONS = ("highest", "high", "medium")
_MODES = ("default", "warn", "error")

_threads: dict[str, int] = {}
_precision = "highest"
_deterministic = 0  # a place in _MODES
_warns_always = False


# --- threads --------------------------------------------------------------------------------------


def get_num_threads() -> int:
    """Return what `set_num_threads` set, at first OMP_NUM_THREADS or the number of cores."""
    first = os.environ.get("OMP_NUM_THREADS", "")
    return _threads.get("within", int(first) if first.isdecimal() else os.cpu_count() or 1)


def set_num_threads(n: int) -> None:
    """Set what `get_num_threads` returns.

    How many threads NumPy multiplies matrices with is decided when it is imported, by
    OMP_NUM_THREADS or OPENBLAS_NUM_THREADS in the environment.

    Raises:
        ArgumentError: `n` is no positive integer.
    """
    _threads["within"] = _positive(n, "set_num_threads")


def get_num_interop_threads() -> int:
    """Return what `set_num_interop_threads` set, at first the number of cores."""
    return _threads.get("between", os.cpu_count() or 1)


def set_num_interop_threads(n: int) -> None:
    """Set what `get_num_interop_threads` returns: one operation runs at a time here.

    Raises:
        ArgumentError: `n` is no positive integer.
    """
    _threads["between"] = _positive(n, "set_num_interop_threads")


def _positive(n: Any, name: str) -> int:
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise ArgumentError(f"{name}() takes a positive integer, got {n!r}")
    return n


# --- precision and determinism --------------------------------------------------------------------


def get_float32_matmul_precision() -> str:
    """Return what `set_float32_matmul_precision` set, at first "highest"."""
    return _precision


def set_float32_matmul_precision(precision: str) -> None:
    """Set what `get_float32_matmul_precision` returns: float32 is multiplied in full here."""
    global _precision
    if precision in _PRECISIONS:
        _precision = precision
    else:
        warn_user(
            f"set_float32_matmul_precision: {precision!r} is not one of {', '.join(_PRECISIONS)}; "
            "nothing was set"
        )


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Set what `are_deterministic_algorithms_enabled` returns: here all of them are anyway."""
    set_deterministic_debug_mode((1 if warn_only else 2) if mode else 0)


def are_deterministic_algorithms_enabled() -> bool:
    """Whether the program asked for them; the same seed gives the same bits either way."""
    return _deterministic > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether the program asked for warnings in the place of errors."""
    return _deterministic == 1


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """Set "default", "warn" or "error", or 0, 1 or 2 for them.

    Raises:
        ArgumentError: another mode.
    """
    global _deterministic
    if debug_mode not in (*_MODES, 0, 1, 2):
        raise ArgumentError(
            f"set_deterministic_debug_mode: one of {_MODES} or of 0, 1, 2, got {debug_mode!r}"
        )
    _deterministic = _MODES.index(debug_mode) if isinstance(debug_mode, str) else debug_mode


def get_deterministic_debug_mode() -> int:
    """Return what was set: 0, 1 or 2."""
    return _deterministic


def set_flush_denormal(mode: bool) -> bool:
    """Return False: the smallest floats are kept, as NumPy keeps them."""
    return False


def set_warn_always(b: bool, /) -> None:
    """Set what `is_warn_always_enabled` returns: Python's `warnings` decides what is shown."""
    global _warns_always
    _warns_always = b


def is_warn_always_enabled() -> bool:
    """Return what `set_warn_always` set."""
    return _warns_always


# --- devices and dtypes ---------------------------------------------------------------------------


def get_default_device() -> device:
    """Return the CPU.

    Example:
        >>> import tinygrad_nn as torch
        >>> torch.get_default_device()
        device(type='cpu')
    """
    return device("cpu")


def set_default_device(device: Any) -> None:
    """Take the CPU, or None.

    Raises:
        DeviceError: another device.
    """
    check_device(device, "set_default_device")


def get_device_module(device: Any = None) -> ModuleType:
    """Return `tinygrad_nn.cpu`.

    Raises:
        DeviceError: another device.
    """
    from .places import cpu

    check_device(device, "get_device_module")
    return cpu


def set_default_tensor_type(t: Any, /) -> None:
    """Set the default dtype, by a class such as `DoubleTensor`, or by its name.

    Raises:
        DTypeError: what is no such class of floats.
    """
    name = getattr(t, "old_name", t)
    named = name.removeprefix("torch.") if isinstance(name, str) else None
    if named not in OLD_NAMES:
        raise DTypeError(
            f"set_default_tensor_type() takes a class or a name such as 'torch.DoubleTensor', got "
            f"{shown(t)}"
        )
    set_default_dtype(OLD_NAMES[named])


def typename(obj: Any, /) -> str:
    """Return the name of a tensor's type, "torch.FloatTensor", or of an object's class.

    Example:
        >>> import tinygrad_nn as torch
        >>> torch.typename(torch.ones(2)), torch.typename(3)
        ('torch.FloatTensor', 'int')
    """
    if isinstance(getattr(obj, "dtype", None), dtype) and hasattr(obj, "type"):
        return str(obj.type())
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = "" if named.__module__ == "builtins" else f"{named.__module__}."
    return f"{module}{named.__qualname__}"


def compiled_with_cxx11_abi() -> bool:
    """Return True, as PyTorch does: there is no compiled part that could differ."""
    return True


# --- older names of what is asked and set of autocast ---------------------------------------------


def is_autocast_cpu_enabled() -> bool:
    """Return `is_autocast_enabled("cpu")`."""
    return is_autocast_enabled("cpu")


def get_autocast_cpu_dtype() -> dtype:
    """Return `get_autocast_dtype("cpu")`."""
    return get_autocast_dtype("cpu")


def get_autocast_gpu_dtype() -> dtype:
    """Return `get_autocast_dtype("cuda")`."""
    return get_autocast_dtype("cuda")


def set_autocast_cpu_enabled(enabled: bool, /) -> None:
    """Call `set_autocast_enabled("cpu", enabled)`."""
    set_autocast_enabled("cpu", enabled)


def set_autocast_cpu_dtype(dtype: dtype, /) -> None:
    """Call `set_autocast_dtype("cpu", dtype)`."""
    set_autocast_dtype("cpu", dtype)


def set_autocast_gpu_dtype(dtype: dtype, /) -> None:
    """Call `set_autocast_dtype("cuda", dtype)`."""
    set_autocast_dtype("cuda", dtype)


def clear_autocast_cache() -> None:
    """Do nothing: no weights are cast, and none are kept."""
