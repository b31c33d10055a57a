"""The older names of `torch.amp`, for a GPU that is not here: disabled, with a warning if asked to.
Read `../amp/autocast_mode.py` next.
"""

from __future__ import annotations

from typing import Any

from .. import amp as _amp
from ..arrays.dtypes import dtype as _dtype
from ..arrays.dtypes import float16

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


def custom_fwd(fwd: Any = None, *, cast_inputs: _dtype | None = None) -> Any:
    """Return a Function's `forward` as it is; without it, what does so: nothing is cast here."""
    return _amp.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)


def custom_bwd(bwd: Any) -> Any:
    """Return a Function's `backward` as it is."""
    return bwd


class autocast(_amp.autocast):  # noqa: N801 - PyTorch's spelling
    """`torch.amp.autocast("cuda", ...)`, which is disabled without a GPU."""

    def __init__(
        self, enabled: bool = True, dtype: _dtype = float16, cache_enabled: bool = True
    ) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(_amp.GradScaler):
    """`torch.amp.GradScaler("cuda", ...)`, which is disabled without a GPU."""

    def __init__(
        self,
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        super().__init__(
            "cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled
        )
