"""Rows of the special functions.
Read `table_reduction.py` next.
"""

from __future__ import annotations

from op_rows import Row, real

SPECIAL = [
    Row("erf", real),
    Row("erfc", real),
]  # fmt: skip
