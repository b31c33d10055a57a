"""The command line: `tinygrad-nn train`, `check` and `graph`, each in a file of its own.
Read `experiment.py` next, the data and the network that they share, and then `train.py`.
"""

from .program import main

__all__ = ["main"]
