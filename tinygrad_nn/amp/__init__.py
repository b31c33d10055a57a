"""Mixed precision, under PyTorch's names: everything is computed in the dtype that it has.
Read `autocast_mode.py` next, then `grad_scaler.py`.
"""

from ..places import missing as _missing
from .autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available
from .grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

_missing.explain_below("amp")
