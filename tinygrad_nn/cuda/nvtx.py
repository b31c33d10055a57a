"""Marks for NVIDIA's profiler, which needs a GPU: a call says that there is none.
Read `__init__.py` beside it next.
"""

from ..absent import stand_ins
from ..errors import DeviceError

_NAMES = "mark range range_end range_pop range_push range_start"

__all__ = _NAMES.split()
__getattr__ = stand_ins("cuda.nvtx", "there is no GPU here", _NAMES, DeviceError)
