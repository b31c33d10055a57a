"""The speed of tinygrad_nn beside PyTorch and hand-written NumPy: `python -m benchmarks`.
Each comparison runs all sides in turn, in one process, many times; read `measure.py` for how.
"""

from __future__ import annotations

import argparse
import os


def main() -> None:
    """Run every comparison and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="threads for every side's matrix products (default 1)",
    )
    threads = parser.parse_args().threads
    for library in ("OPENBLAS", "OMP", "MKL"):  # read once, when NumPy and PyTorch are imported
        os.environ[f"{library}_NUM_THREADS"] = str(threads)
    from . import recording, training
    from .measure import report

    print(f"{threads} thread{'s' * (threads != 1)} a side")
    report([*recording.comparisons(), *training.comparisons()])


if __name__ == "__main__":
    main()
