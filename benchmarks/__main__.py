"""The speed of tinygrad_nn beside PyTorch and hand-written NumPy: `python -m benchmarks`.
Each comparison runs all sides in turn, in one process, many times; read `measure.py` for how.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

PROGRAMS = {
    "training": "whole training steps, and what recording costs (the default)",
    "models": "training steps of larger models with Adam, and an epoch of a DataLoader",
    "every-operation": "each operation beside PyTorch, at three sizes",
    "hot-operations": "what models spend their time in, at the sizes they have there",
    "writing": "writes into a few rows of a growing tensor",
    "programs": "public programs written for PyTorch, run unchanged: their values and times",
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    programs = parser.add_subparsers(dest="program", metavar="PROGRAM", required=True)
    parsers = {name: programs.add_parser(name, help=text) for name, text in PROGRAMS.items()}
    _add_programs(parsers["programs"])
    for name, each in parsers.items():
        if name == "programs":
            continue
        each.add_argument(
            "--threads",
            type=int,
            default=1,
            help="threads for every side's matrix products (default 1)",
        )
    for name in ("training", "models", "writing"):
        parsers[name].add_argument(
            "--before",
            type=Path,
            metavar="PATH",
            help="another checkout of this project, timed as one more side in the same rounds",
        )
    every = parsers["every-operation"]
    hot = parsers["hot-operations"]
    for each, rounds in ((every, 15), (hot, 15), (parsers["writing"], 15)):
        each.add_argument(
            "--rounds", type=int, default=rounds, help=f"turns of every side (default {rounds})"
        )
    for each in (every, hot):
        each.add_argument(
            "--turn",
            type=float,
            default=5.0,
            metavar="MS",
            help="milliseconds a turn lasts, or one graph if that takes longer (default 5)",
        )
        each.add_argument(
            "--only", nargs="+", default=[], metavar="NAME", help="these operations or rows alone"
        )
        each.add_argument(
            "--markdown", type=Path, metavar="FILE", help="write the table there as Markdown too"
        )
    every.add_argument(
        "--size",
        default="small,middle,large",
        type=lambda given: given.split(","),
        help="small (4, 4), middle (16, 32), large (256, 1024); several with commas (default all)",
    )
    given = sys.argv[1:]
    if given[:1] not in ([name] for name in (*PROGRAMS, "-h", "--help")):
        given = ["training", *given]
    arguments = parser.parse_args(given)
    if unknown := set(getattr(arguments, "size", ())) - {"small", "middle", "large"}:
        every.error(f"--size: small, middle or large expected, got {', '.join(sorted(unknown))}")
    before = getattr(arguments, "before", None)
    if before is not None and not (before / "tinygrad_nn" / "__init__.py").is_file():
        parsers[arguments.program].error(f"--before: no checkout of this project in {before}")
    return arguments


def _add_programs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="where the fetched repositories lie"
    )
    parser.add_argument(
        "--threads", nargs="+", type=int, default=[1], help="a table for each (default 1)"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="programs with this in their name"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs on each side (default 3)")
    parser.add_argument(
        "--mnist", type=Path, metavar="FOLDER", help="MNIST's own files (default: made-up ones)"
    )


def _set_threads(threads: int) -> None:
    """Set what is read once, when NumPy and PyTorch are imported; so they are imported later."""
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = str(threads)
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # would tune NumPy's side alone
        os.environ.pop(name, None)


def main() -> int:
    """Run the program that was asked for and return the exit status."""
    given = _arguments()
    if given.program == "programs":
        from . import programs

        return programs.run(given.folder, given.threads, given.only, given.rounds, given.mnist)
    _set_threads(given.threads)
    from . import every_operation, models, recording, training, writing
    from .libraries import libraries
    from .measure import conditions, report

    sides = libraries(given.threads, getattr(given, "before", None))
    heading = conditions(given.threads)
    if given.program == "every-operation":
        return every_operation.run(
            sides,
            heading,
            rounds=given.rounds,
            turn=given.turn / 1000,
            sizes=given.size,
            only=given.only,
            file=given.markdown,
        )
    if given.program == "hot-operations":
        return every_operation.run_hot(
            sides, heading, given.rounds, given.turn / 1000, given.only, given.markdown
        )
    print(heading)
    if given.program == "writing":
        writing.report(sides, given.rounds)
    elif given.program == "models":
        report(models.comparisons(sides))
    else:
        report([*recording.comparisons(sides), *training.comparisons(sides)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
