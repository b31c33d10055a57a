"""`tnn.signal`: what signals are processed with.
Read `windows.py` next.
"""

from . import windows

__all__ = ["windows"]
