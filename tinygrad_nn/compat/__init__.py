"""Programs written for PyTorch find this package under PyTorch's name.
Read `aliasing.py`, then `../cli/run.py`, which runs such a program unchanged.
"""

from .aliasing import use_as_torch

__all__ = ["use_as_torch"]
