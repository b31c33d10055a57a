"""The command line: `tinygrad-nn train`, `check` and `graph`, each in a file of its own.
Read `program.py` next, which reads the command and runs it, and then `train.py`.
"""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: the program's own) and return its exit code."""
    try:
        from .program import main as run
    except KeyboardInterrupt:  # the commands import all that they need, which takes a moment
        print("tinygrad-nn: stopped by Ctrl-C", file=sys.stderr)
        return 130
    return run(argv)
