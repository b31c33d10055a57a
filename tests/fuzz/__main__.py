"""The command: python -m tests.fuzz --programs 1000000 --processes 2, or --faults.
Read `beside.py` next.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence

from .planted import FAULTS
from .running import explained, programs_until_found, timed


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description="Run random programs here and in PyTorch; shrink and print what disagrees.",
    )
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first program")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--faults", action="store_true", help="plant faults, count until found")
    given = parser.parse_args(arguments)
    if given.faults:
        return plant(given.programs)
    return fuzz(given.programs, given.seed, given.processes)


def fuzz(programs: int, seed: int, processes: int) -> int:
    known = 0
    for tally, seconds in timed(programs, seed, processes):
        for found in tally.found[known:]:
            print(f"\n{explained(found)}\n", flush=True)
        known = len(tally.found)
        if tally.programs % 50_000 == 0 or tally.programs == programs:
            print(
                f"{tally.programs} programs, {tally.statements} statements "
                f"({100 * tally.refused / tally.statements:.1f} % refused by both), "
                f"{len(tally.found)} disagreements, {seconds:.0f} s",
                flush=True,
            )
    for reason, count in tally.ended.most_common():
        print(f"{count:9} ended early: {reason}")
    return 1 if tally.found else 0


def plant(limit: int) -> int:
    counts = []
    for name, planted in FAULTS.items():
        with planted():
            count = programs_until_found(limit)
        print(f"{'none' if count is None else count:>6}  {name}", flush=True)
        counts.append(count)
    found = [count for count in counts if count is not None]
    print(f"{len(found)} of {len(counts)} found, median {statistics.median(found):g} programs")
    return 0 if len(found) == len(counts) else 1


if __name__ == "__main__":
    sys.exit(main())
