"""The speed of tinygrad_nn beside PyTorch and hand-written NumPy: `python -m benchmarks`.
Each comparison runs all sides in turn, in one process, many times; read `measure.py` for how.
"""

from __future__ import annotations

from . import recording, training
from .measure import report


def main() -> None:
    """Run every comparison and print the table."""
    report([*recording.comparisons(), *training.comparisons()])


if __name__ == "__main__":
    main()
