"""bfloat16, which NumPy lacks and ml_dtypes gives it: loaded when a program first asks for it.
Read `kinds.py` next: what else an array may be.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any

import numpy as np

from ..errors import MissingExtraError

loaded: list[np.dtype[Any]] = []  # NumPy's form of it, once a program uses it
_waiting: list[Callable[[np.dtype[Any]], Any]] = []
_lock = RLock()  # a thread that comes second waits until everybody was told


def load() -> np.dtype[Any]:
    """Return NumPy's form of bfloat16, and tell those who wait for it.

    Raises:
        MissingExtraError: ml_dtypes is not installed.
    """
    with _lock:
        if not loaded:
            try:
                from ml_dtypes import bfloat16
            except ImportError as error:
                raise MissingExtraError(
                    "bfloat16, which NumPy does not have, needs the package ml_dtypes: "
                    'pip install "tinygrad_nn[bfloat16]"'
                ) from error
            loaded.append(np.dtype(bfloat16))
            for tell in _waiting:
                tell(loaded[0])
    return loaded[0]


def when_loaded(tell: Callable[[np.dtype[Any]], Any]) -> None:
    """Call `tell` with NumPy's form of bfloat16 as soon as a program uses it.

    What asks for a dtype in a hot place thus knows of bfloat16 only where there is one: nothing
    else gets slower by it.
    """
    _waiting.append(tell)
    for each in loaded:
        tell(each)
