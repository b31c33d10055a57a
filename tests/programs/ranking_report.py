"""A command: which of the names that published PyTorch programs use are not here, and why.
Read `ranked_names.txt` beside it, which has them all, and `test_ranking.py`, which holds the list.

    python tests/programs/ranking_report.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import tinygrad_nn as tnn
from tinygrad_nn.places.absent import StandIn

PLACES: dict[str, Any] = {
    "torch": lambda: [tnn],
    "nn": lambda: [tnn.nn],
    "F": lambda: [tnn.nn.functional],
    "optim": lambda: [tnn.optim],
    "utils": lambda: [tnn.utils],
    "lr_scheduler": lambda: [tnn.optim.lr_scheduler],
    "distributions": lambda: [tnn.distributions],
    "T": lambda: [tnn.Tensor],
    "Module/Opt": lambda: [tnn.nn.Linear(1, 1), tnn.optim.SGD([tnn.zeros(1)])],
}
OPERATORS = {"**": "__pow__", "r-": "__rsub__", "r/": "__rtruediv__"}
REASONS = {"there is no GPU; a call says so": "torch.cuda T.cuda"}


class Name(NamedTuple):
    """A name, and how many of 59 programs and of 1,180 files use it."""

    name: str
    programs: int
    files: int


def ranked() -> list[Name]:
    """Return the names, the most used first."""
    lines = Path(__file__).with_name("ranked_names.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if not line.startswith("#"))
    return [Name(name, int(programs), int(files)) for name, programs, files in rows]


def resolves(name: str) -> bool:
    """Whether there is something of that name here."""
    place, _, path = name.partition(".")
    if path.startswith("["):
        return hasattr(tnn.Tensor, "__setitem__" if path.endswith("=") else "__getitem__")
    path = OPERATORS.get(path, path.removesuffix("()"))
    try:
        owners = PLACES[place]()
    except (AttributeError, KeyError):  # there is no such place here
        return False
    return any(_reaches(owner, path.removesuffix("=").rstrip(".")) for owner in owners)


def _reaches(owner: Any, path: str) -> bool:
    for each in path.split("."):
        if not (hasattr(owner, each) or hasattr(owner, f"__{each}__")):
            return False
        owner = getattr(owner, each, None)
    return not (isinstance(owner, type) and issubclass(owner, StandIn))


def reason_of(name: str) -> str:
    """Return why a name isn't here."""
    for reason, names in REASONS.items():
        if any(name == each or name.startswith(f"{each}.") for each in names.split()):
            return reason
    return "to be built"


def main() -> None:
    """Print the table."""
    names = ranked()
    absent = [each for each in names if not resolves(each.name)]
    for each in absent:
        print(f"{each.name:40}{each.programs:>4}{each.files:>6}  {reason_of(each.name)}")
    print(f"{len(names) - len(absent)} of {len(names)} names resolve")


if __name__ == "__main__":
    main()
