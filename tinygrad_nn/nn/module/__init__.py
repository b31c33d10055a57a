"""`Module`, the base of layers and models: what it registers, saves and loads.
Read `registration.py` and `state.py`, then `module.py`, which builds on both.
"""

from .module import Module

__all__ = ["Module"]
