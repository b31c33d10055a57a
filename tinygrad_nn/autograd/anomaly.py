"""What is done for operations that are looked at: their line, checksums, packing what is kept.
Read `engine.py` next, which checks them.
"""

from __future__ import annotations

import zlib
from typing import Any
from weakref import ref

import numpy as np

from ..arrays.kinds import is_array
from ..errors import GraphError
from ..warn import user_frame
from .grad_mode import checks_nan
from .node import Extra, Line, Node
from .packing import pack


def remember_call(node: Node) -> Extra:
    """Have hooks pack what is kept; note the innermost line outside this package, and checksums.

    For pictures, inside `remember_calls`, keep alive what the operation took instead of checking.
    """
    extra = Extra()
    extra.packed = pack(node)
    taken = checks_nan()
    if taken is None:
        return extra
    frame, _ = user_frame()
    extra.line = Line(frame.f_code, frame.f_lineno, frame.f_lasti)
    if isinstance(taken, list):
        for each in node.arguments:
            listed = each if isinstance(each, tuple) else (each,)
            taken += [held() for held in listed if isinstance(held, ref)]
    else:
        extra.checksums = _checksums(node)
    return extra


def check_kept(node: Node) -> None:
    """Raise `GraphError` if what the Node kept was written to behind the version counters."""
    extra = node.extra
    if extra is None or extra.checksums is None:
        return
    if _checksums(node) != extra.checksums:
        raise GraphError(
            f"backward of {node.op.public} (called at {extra.line}): an array that it kept was "
            "changed through a NumPy alias since. Write into a copy: tensor.numpy().copy()"
        )


def check_finite(source: Node, contributions: list[tuple[Node, Any]]) -> None:
    """Raise `GraphError` at the first gradient that holds a nan."""
    if source.extra is None or source.extra.checksums is None or checks_nan() is False:
        return
    for node, contribution in contributions:
        if np.isnan(getattr(contribution, "array", contribution)).any():
            raise GraphError(
                f"the backward of {source.op.public} made nan in a gradient of shape "
                f"{node.shape}; it was called at {source.extra.line}"
            )


def _checksums(node: Node) -> tuple[int, ...]:
    values = (entry[0] for entry in node.saved or () if entry)
    return tuple(
        zlib.crc32(np.ascontiguousarray(value).data) for value in values if is_array(value)
    )
