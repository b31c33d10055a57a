"""The switches of the part of PyTorch's compiler that writes code; there is none here.
Read `compiler.py` next.
"""

from types import SimpleNamespace

__all__ = ["config"]

config = SimpleNamespace(
    coordinate_descent_tuning=False,
    fx_graph_cache=True,
    triton=SimpleNamespace(unique_kernel_names=False, cudagraphs=False),
)
"""Switches that can be set, any of them, and change nothing."""
