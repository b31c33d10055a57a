"""Measuring how long a statement takes, and tables of such times, in PyTorch's spelling.
Read `timer.py` next, then `measurement.py` and `compare.py`.
"""

import sys as _sys

from ...places import missing as _missing
from .compare import Colorize, Compare
from .measurement import Measurement, TaskSpec, select_unit
from .timer import Language, Timer, timer

__all__ = [
    "Colorize",
    "Compare",
    "Language",
    "Measurement",
    "TaskSpec",
    "Timer",
    "select_unit",
    "timer",
]

_missing.explain_names_of(_sys.modules[__name__], "utils.benchmark")
