"""An array in one short line: its numbers if they are few, else what they are like.
Read `../drawing/tables.py` next, which shows them all.
"""

from __future__ import annotations

import numpy as np

from ...arrays.dtypes import Array

FEW = 8


def summary_text(array: Array) -> str:
    """Return an array's numbers if there are at most eight, else their least, mean, most and norm.

    All in 4 significant digits. The norm is the root of the sum of squares. NaNs are counted, and
    left out of the rest.

    Example:
        >>> summary_text(np.array([1.0, -2.5]))
        '[1, −2.5]'
        >>> summary_text(np.arange(10.0))
        'min 0  mean 4.5  max 9  norm 16.88'
    """
    if array.size == 0:
        return "no numbers"
    return nested(array) if array.size <= FEW else statistics(array)


def number(value: object) -> str:
    """Return one number in 4 significant digits; whole numbers and booleans as they are; no -0.

    Example:
        >>> number(np.float32(1 / 3)), number(np.int64(123456)), number(np.True_)
        ('0.3333', '123456', 'True')
    """
    whole = isinstance(value, bool | int | np.bool | np.integer)
    return str(value) if whole else f"{value + 0:.4g}"  # type: ignore[operator]


def nested(array: Array) -> str:
    """Return all numbers of an array, its rows in brackets."""
    if array.ndim == 0:
        return number(array[()]).replace("-", "−")
    return f"[{', '.join(nested(row) for row in array)}]"


@np.errstate(all="ignore")  # inf − inf, and sums beyond the range
def statistics(array: Array) -> str:
    """Return the least, the mean, the most and the norm of an array that is not empty.

    Complex numbers have no least and no most.
    """
    is_complex = np.iscomplexobj(array)
    numbers = np.asarray(array, None if is_complex else np.float64).ravel()
    known = numbers[~np.isnan(numbers)]
    parts = []
    if known.size:
        parts = [f"mean {number(known.mean())}", f"norm {number(_norm(known))}"]
        if not is_complex:
            parts.insert(0, f"min {number(known.min())}")
            parts.insert(2, f"max {number(known.max())}")
    if known.size < numbers.size:
        parts.append(f"NaN {numbers.size - known.size} of {numbers.size}")
    return "  ".join(parts).replace("-", "−")


def _norm(numbers: Array) -> float:
    """Return √Σ|x|², scaled by the largest, so that no square leaves the range of a float."""
    largest = float(np.abs(numbers).max())
    if largest in (0.0, float("inf")):
        return largest
    return largest * float(np.linalg.norm(numbers / largest))
