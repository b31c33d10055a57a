"""Switches of libraries that PyTorch computes with, which programs set at their beginning.
Read `cudnn.py` next, then `cuda.py`.
"""

from . import cpu, cuda, cudnn, mha, mkl, mkldnn, mps, openmp, opt_einsum

__all__ = ["cpu", "cuda", "cudnn", "mha", "mkl", "mkldnn", "mps", "openmp", "opt_einsum"]
