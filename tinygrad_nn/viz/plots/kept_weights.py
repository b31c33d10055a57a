"""Moving weights to look around, and putting them back: exactly, after an error or Ctrl-C as well.
Read `loss_surface.py` next, which moves them over a plane.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ...autograd.node import clock
from ...autograd.tensor_base import TensorBase


@contextmanager
def kept_weights(parameters: Sequence[TensorBase]) -> Iterator[None]:
    """Put every bit of the parameters' arrays back at the end of the block, and their versions.

    A graph that was recorded before remembers those versions: its backward is right again after
    the block, for the values are the same ones, and so it is allowed. A graph that was recorded
    inside must never pass for a current one; the versions inside, set by `mark_moved`, are negative
    and no two are equal, so its backward raises GraphError for all time.
    """
    kept = [(each.array, each.array.copy(), each.version, each.version[0]) for each in parameters]
    try:
        yield
    finally:
        for array, values, version, count in kept:
            array[...] = values
            version[0] = count


def mark_moved(parameters: Sequence[TensorBase]) -> None:
    """Say that the values changed, to whatever was recorded with the ones before."""
    for parameter in parameters:
        parameter.version[0] = -clock()
