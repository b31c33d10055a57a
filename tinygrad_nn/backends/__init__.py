"""Switches of libraries that PyTorch computes with, which programs set at their beginning.
Read `cudnn.py` next, then `cuda.py`.
"""

from ..places import missing as _missing
from . import cpu, cuda, cudnn, mha, mkl, mkldnn, mps, openmp, opt_einsum

__all__ = ["cpu", "cuda", "cudnn", "mha", "mkl", "mkldnn", "mps", "openmp", "opt_einsum"]

_missing.explain_below("backends")
