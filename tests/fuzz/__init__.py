"""Random programs of one to eight statements, run here and in PyTorch: what differs is shrunk, and
printed as a program that runs as it is. Read `program.py` next; `python -m tests.fuzz -h` runs it.
"""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
for folder in (TESTS, TESTS / "ops" / "table"):
    if str(folder) not in sys.path:  # under pytest they are there
        sys.path.append(str(folder))
