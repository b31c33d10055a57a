"""The user's line: where the program calls this package, for warnings, errors and names.
Read `tensor/differentiable.py` next, which gives a warning.
"""

from __future__ import annotations

import os
import sys
import warnings
from types import FrameType

_PACKAGE = os.path.dirname(__file__)


def user_frame(above: int = 1) -> tuple[FrameType, int]:
    """Return the innermost frame outside this package, and its level as `warnings` counts.

    `above` is how many frames above the caller of this function the search begins.
    """
    level = above + 1
    frame = sys._getframe(level)
    while frame.f_back is not None and is_of_package(frame.f_code.co_filename):
        frame, level = frame.f_back, level + 1
    return frame, level


def is_of_package(file: str) -> bool:
    """Whether code of this file is the package's own."""
    return file.startswith(_PACKAGE)


def warn_user(message: str) -> None:
    """Warn (UserWarning) as if from the innermost frame outside this package."""
    warnings.warn(message, UserWarning, stacklevel=user_frame()[1])
