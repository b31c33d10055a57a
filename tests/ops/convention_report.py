"""A command: every convention, with what it says, what PyTorch gives and what is given here.
Read `test_conventions.py` next, which holds the rows.

    python tests/ops/convention_report.py
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent / "table"))

from convention_rows import MEANING, Convention
from convention_table import CONVENTIONS

import tinygrad_nn as tnn

try:
    import torch
except ImportError:
    torch = None


def plain(one: Any) -> str:
    return " ".join(np.array2string(np.asarray(one), precision=12, separator=",").split())


def got(row: Convention, library: Any) -> tuple[str, bool]:
    """Return in one line what a row gives, and whether this is what it has to be."""
    try:
        found = row.run(library)
    except (RuntimeError, ValueError, TypeError, LookupError, AttributeError) as error:
        right = row.error is not None and isinstance(error, row.error)
        return f"{type(error).__name__}: {error}".split("\n")[0][:120], right
    value, *rest = [plain(one) for one in found]
    return f"{value} <- {'; '.join(rest)}", row.error is None and not row.differences(found)


def main() -> None:
    """Print the table and its sums."""
    right, ran = Counter(), Counter()
    for row in CONVENTIONS:
        ours, equal = got(row, tnn)
        theirs, _ = got(row, torch) if torch else ("not installed", False)
        right[row.tag] += equal
        ran[row.tag] += equal or "Error: " not in ours
        print(f"{row.number} {row.tag:7} {row.title}{'' if equal else '   DIFFERS'}")
        print(f"     PyTorch  {theirs}")
        print(f"     here     {ours}")
    print()
    for tag, number in Counter(row.tag for row in CONVENTIONS).items():
        print(f"{tag:7} {right[tag]} of {number} as the table says, {ran[tag]} run: {MEANING[tag]}")


if __name__ == "__main__":
    main()
