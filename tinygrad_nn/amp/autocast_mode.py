"""`autocast`, which is entered, left and asked as PyTorch's, and leaves all dtypes as they are.
Read `grad_scaler.py` next.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

from ..arrays.dtypes import bfloat16, dtype, float16
from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError
from ..warn import warn_user

__all__ = [
    "autocast",
    "custom_bwd",
    "custom_fwd",
    "get_autocast_dtype",
    "is_autocast_available",
    "is_autocast_cache_enabled",
    "is_autocast_enabled",
    "set_autocast_cache_enabled",
    "set_autocast_dtype",
    "set_autocast_enabled",
]

FAST = {"cpu": bfloat16, "cuda": float16, "xpu": float16, "mps": float16, "hpu": bfloat16}
FAST |= {"xla": bfloat16, "ipu": float16}


class _State(NamedTuple):
    enabled: Mapping[str, bool]
    dtypes: Mapping[str, dtype]
    cached: bool = True


_OUTSIDE = _State({}, {})
_STATE: ContextVar[_State] = ContextVar("autocast", default=_OUTSIDE)


class autocast:  # noqa: N801 - PyTorch's spelling
    """A context, and a decorator, that marks where PyTorch would compute in a smaller dtype.

    Here it changes no result: `matmul`, `linear` and the convolutions stay in float32, which is
    both faster and more exact with NumPy, where bfloat16 is rounded from float32 anyway. What
    PyTorch prints inside `autocast("cpu")` therefore agrees with ours to bfloat16's three digits.
    `is_autocast_enabled` and `get_autocast_dtype` answer as PyTorch's do.

    Raises:
        DTypeError: `device_type` is no string. ArgumentError: a device that PyTorch has not.

    Example:
        >>> import tinygrad_nn as torch
        >>> with torch.autocast("cpu", dtype=torch.bfloat16):
        ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype, torch.is_autocast_enabled("cpu")
        (torch.float32, True)
    """

    def __init__(
        self,
        device_type: str,
        dtype: dtype | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        _known(device_type, "autocast")
        fast = get_autocast_dtype(device_type) if dtype is None else dtype
        if enabled and device_type == "cuda":
            warn_user("autocast('cuda') is disabled, as there is no GPU; on the CPU: 'cpu'")
            enabled = False
        if enabled and device_type == "cpu" and fast not in (bfloat16, float16):
            warn_user(f"autocast('cpu') is disabled: dtype is {fast}, not bfloat16 or float16")
            enabled = False
        self.device, self.fast_dtype = device_type, fast
        self._enabled, self._cache_enabled = enabled, cache_enabled
        self._before: list[_State] = []

    def __enter__(self) -> autocast:
        state = _STATE.get()
        self._before.append(state)
        cached = state.cached if self._cache_enabled is None else self._cache_enabled
        _STATE.set(
            _State(
                {**state.enabled, self.device: self._enabled},
                {**state.dtypes, self.device: self.fast_dtype},
                cached,
            )
        )
        return self

    def __exit__(self, *error: object) -> None:
        _STATE.set(self._before.pop())

    def __call__(self, func: Any) -> Any:
        @functools.wraps(func)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self:
                return func(*args, **kwargs)

        return inside


def _known(device_type: str, name: str) -> str:
    if not isinstance(device_type, str):
        raise DTypeError(f"{name}: device_type must be a str, got {shown(device_type)}")
    if device_type not in FAST:
        raise ArgumentError(f"{name}: device_type is one of {', '.join(FAST)}, got {device_type!r}")
    return device_type


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """Whether the program is inside an `autocast` of a device, by default of a GPU."""
    return _STATE.get().enabled.get(
        _known("cuda" if device_type is None else device_type, "is_autocast_enabled"), False
    )


def set_autocast_enabled(device_type: str, enabled: bool) -> None:
    """Say whether the program is inside an `autocast`; nothing is computed otherwise."""
    _known(device_type, "set_autocast_enabled")
    state = _STATE.get()
    _STATE.set(state._replace(enabled={**state.enabled, device_type: enabled}))


def get_autocast_dtype(device_type: str) -> dtype:
    """Return the dtype in which PyTorch would compute inside an `autocast` of that device."""
    _known(device_type, "get_autocast_dtype")
    return _STATE.get().dtypes.get(device_type, FAST[device_type])


def set_autocast_dtype(device_type: str, dtype: dtype) -> None:
    """Set what `get_autocast_dtype` returns; nothing is computed otherwise."""
    _known(device_type, "set_autocast_dtype")
    state = _STATE.get()
    _STATE.set(state._replace(dtypes={**state.dtypes, device_type: dtype}))


def is_autocast_cache_enabled() -> bool:
    """Return what was set: no weights are cast here, and none are cached."""
    return _STATE.get().cached


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Set what `is_autocast_cache_enabled` returns."""
    _STATE.set(_STATE.get()._replace(cached=enabled))


def is_autocast_available(device_type: str) -> bool:
    """Return True for each device that PyTorch has an `autocast` for, here or not."""
    return bool(_known(device_type, "is_autocast_available"))


def custom_fwd(fwd: Any = None, *, device_type: str, cast_inputs: dtype | None = None) -> Any:
    """Return a Function's `forward` as it is; without it, what does so: nothing is cast here."""
    _known(device_type, "custom_fwd")
    return (lambda given: given) if fwd is None else fwd


def custom_bwd(bwd: Any = None, *, device_type: str) -> Any:
    """Return a Function's `backward` as it is; without it, what does so."""
    _known(device_type, "custom_bwd")
    return (lambda given: given) if bwd is None else bwd
