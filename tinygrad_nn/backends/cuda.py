"""PyTorch's switches of CUDA's matrix products and attention: they change nothing without a GPU.
Read `mps.py` next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

__all__ = [
    "can_use_efficient_attention",
    "can_use_flash_attention",
    "cudnn_sdp_enabled",
    "cufft_plan_cache",
    "enable_cudnn_sdp",
    "enable_flash_sdp",
    "enable_math_sdp",
    "enable_mem_efficient_sdp",
    "flash_sdp_enabled",
    "is_built",
    "math_sdp_enabled",
    "matmul",
    "mem_efficient_sdp_enabled",
    "preferred_blas_library",
    "preferred_linalg_library",
    "sdp_kernel",
]

matmul = SimpleNamespace(
    allow_tf32=False,
    allow_fp16_reduced_precision_reduction=True,
    allow_bf16_reduced_precision_reduction=True,
    allow_fp16_accumulation=False,
    fp32_precision="none",
)
cufft_plan_cache = SimpleNamespace(size=0, max_size=0)
_SDP = {"flash": True, "math": True, "mem_efficient": True, "cudnn": True}


def is_built() -> bool:
    """Return False."""
    return False


def _question(name: str) -> Callable[[], bool]:
    def enabled() -> bool:
        """Return what was set: attention is computed in one way here."""
        return _SDP[name]

    return enabled


def _switch(name: str) -> Callable[[bool], None]:
    def enable(enabled: bool) -> None:
        """Set what the question of the same name returns: attention is computed in one way."""
        _SDP[name] = enabled

    return enable


flash_sdp_enabled, enable_flash_sdp = _question("flash"), _switch("flash")
math_sdp_enabled, enable_math_sdp = _question("math"), _switch("math")
mem_efficient_sdp_enabled = _question("mem_efficient")
enable_mem_efficient_sdp = _switch("mem_efficient")
cudnn_sdp_enabled, enable_cudnn_sdp = _question("cudnn"), _switch("cudnn")


def can_use_flash_attention(params: Any, debug: bool = False) -> bool:
    """Return False."""
    return False


def can_use_efficient_attention(params: Any, debug: bool = False) -> bool:
    """Return False."""
    return False


def preferred_linalg_library(backend: Any = None) -> str:
    """Return "default"."""
    return "default"


def preferred_blas_library(backend: Any = None) -> str:
    """Return "default"."""
    return "default"


@contextmanager
def sdp_kernel(
    enable_flash: bool = True,
    enable_math: bool = True,
    enable_mem_efficient: bool = True,
    enable_cudnn: bool = True,
) -> Iterator[None]:
    """Do nothing: attention is computed in one way here."""
    yield
