"""Switches of libraries that PyTorch computes with, which programs set at their beginning.
Read `cudnn.py` next, and `mps.py`.
"""

from . import cudnn, mps

__all__ = ["cudnn", "mps"]
