"""What the library is built on: NumPy.
Read `version.py` next.
"""

import sys

import numpy as np


def show() -> str:
    """Return the versions of Python and NumPy."""
    return f"tinygrad_nn on NumPy {np.__version__}, Python {sys.version.split()[0]}; CPU only\n"


def parallel_info() -> str:
    """Say who decides the number of threads."""
    return "threads: NumPy's, as OMP_NUM_THREADS and OPENBLAS_NUM_THREADS say when it is imported\n"
