"""Optimizers: each is one update rule, `update(p, g, group, state)`, that looks like its paper's.
Read `optimizer.py` first.
"""

from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Optimizer"]
