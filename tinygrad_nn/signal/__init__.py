"""`tnn.signal`: what signals are processed with.
Read `windows.py` next.
"""

from ..places import missing as _missing
from . import windows

__all__ = ["windows"]

_missing.explain_below("signal")
