"""Every way to draw, run here and in PyTorch from one seed: which values are the same bits.
Read `test_stream_table.py` next; `python tests/streams/stream_table.py` prints the table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import reduce
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest
from stream_calls import DRAWN, FILLED, INITIAL, MASKS, Call
from stream_programs import LAYERS, PROGRAMS

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

SEED = 7


def is_here(path: str) -> bool:
    return not path or reduce(lambda owner, name: getattr(owner, name, None), path.split("."), tnn)


CALLS = [
    call for call in (*DRAWN, *FILLED, *MASKS, *INITIAL, *PROGRAMS, *LAYERS) if is_here(call.needs)
]


class Line(NamedTuple):
    """What a call came to: its cases, those of the same bits, and how far off the others are."""

    call: Call
    cases: int
    exact: int
    largest: float  # difference, of 1 or of the value where that is larger
    out_of_step: int  # cases after which the streams stand at different places


def numbers(drawn: Any) -> list[np.ndarray]:
    made = drawn if isinstance(drawn, list) else [drawn]
    return [each.detach().numpy() for each in made]


def run(f: Any, call: Call, size: int, dtype: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Return what a call draws from the seed, and what is drawn behind it."""
    f.manual_seed(SEED)
    drawn = numbers(call.draw(f, size, getattr(f, dtype)))
    return drawn, f.rand(3).numpy()


def difference(ours: list[np.ndarray], theirs: list[np.ndarray]) -> float:
    """Return 0 for the same bits, inf for other shapes and dtypes, else the largest difference."""
    forms = [[(x.shape, x.dtype) for x in drawn] for drawn in (ours, theirs)]
    if forms[0] != forms[1]:
        return np.inf
    largest = 0.0
    for a, b in zip(ours, theirs, strict=True):
        if a.tobytes() != b.tobytes():
            x, y = a.astype(np.float64), b.astype(np.float64)
            off = np.abs(x - y) / np.maximum(np.abs(y), 1.0)
            largest = max(largest, float(off.max()), 1e-300)  # -0.0 is other bits than 0.0
    return largest


def measured(call: Call) -> Line:
    found, out_of_step = [], 0
    for size, dtype in product(call.sizes, call.dtypes):
        ours, after = run(tnn, call, size, dtype)
        theirs, behind = run(torch, call, size, dtype)
        found.append(difference(ours, theirs))
        out_of_step += not np.array_equal(after, behind)
    return Line(call, len(found), found.count(0.0), max(found), out_of_step)


def report(lines: Iterator[Line]) -> Iterator[str]:
    yield f"{'call':36}{'cases':>7}{'exact':>7}{'largest':>10}{'allowed':>10}{'out of step':>13}"
    total, exact, apart = 0, 0, 0
    for line in lines:
        total, exact, apart = total + line.cases, exact + line.exact, apart + line.out_of_step
        yield (
            f"{line.call.name:36}{line.cases:7}{line.exact:7}{line.largest:10.1e}"
            f"{line.call.tolerance:10.1e}{line.out_of_step:13}"
        )
    yield f"{f'{len(CALLS)} calls':36}{total:7}{exact:7}{'':20}{apart:13}"


if __name__ == "__main__":
    torch.set_num_threads(1)
    wanted = [call for call in CALLS if not sys.argv[1:] or call.name in sys.argv[1:]]
    for text in report(measured(call) for call in wanted):
        print(text, flush=True)
