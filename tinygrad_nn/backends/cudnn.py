"""PyTorch's switches of cuDNN: they can be set, and change nothing, as there is no GPU.
Read `cuda.py` next.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import Any

from .switches import set_for_a_while

__all__ = ["allow_tf32", "benchmark", "benchmark_limit", "deterministic", "enabled", "flags"]
__all__ += ["is_acceptable", "is_available", "version"]

allow_tf32 = True
benchmark = False
benchmark_limit = None
deterministic = False
enabled = True


def is_available() -> bool:
    """Return False."""
    return False


def is_acceptable(tensor: Any) -> bool:
    """Return False: no tensor is on a GPU."""
    return False


def version() -> None:
    """Return None, for no cuDNN."""


def flags(
    enabled: bool = False,
    benchmark: bool = False,
    benchmark_limit: int = 10,
    deterministic: bool = False,
    allow_tf32: bool = True,
    fp32_precision: str = "none",
    depthwise_kernel: str = "auto",
) -> AbstractContextManager[None]:
    """Set the switches inside a block; they change nothing."""
    return set_for_a_while(
        sys.modules[__name__],
        enabled=enabled,
        benchmark=benchmark,
        benchmark_limit=benchmark_limit,
        deterministic=deterministic,
        allow_tf32=allow_tf32,
    )
