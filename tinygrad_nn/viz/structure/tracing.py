"""What running a function tells that its Nodes do not: names of local variables, lines, data.
Read `subject.py` next, which runs it.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from types import FrameType
from typing import Any

from ...autograd.grad_mode import remember_calls
from ...autograd.node import Node
from ...autograd.tensor_base import TensorBase
from ...warn import is_of_package


@dataclass
class Trace:
    """The tensors that were in sight while a program ran, which is what keeps them alive.

    The name of a tensor is that in the outermost function that holds it when it returns.
    """

    tensors: list[TensorBase] = field(default_factory=list)
    _named: dict[int, str] = field(default_factory=dict)  # by the id() of the tensor

    def named(self) -> Iterator[tuple[str, TensorBase]]:
        """Yield each tensor that a variable held, with its name."""
        for tensor in self.tensors:
            if id(tensor) in self._named:
                yield self._named[id(tensor)], tensor

    def on_event(self, frame: FrameType, event: str, _: Any) -> None:
        """Look at a frame of the program as it returns; Python calls this at every call."""
        code = frame.f_code
        is_comprehension = code.co_name.startswith("<") and code.co_name != "<lambda>"
        if event != "return" or is_comprehension or is_of_package(code.co_filename):
            return
        for name, value in frame.f_locals.items():
            if isinstance(value, TensorBase) and name.isidentifier() and name[0] != "_":
                self.tensors.append(value)
                self._named[id(value)] = name


@contextmanager
def traced() -> Iterator[Trace]:
    """Watch the program that runs inside, which is slow."""
    trace, before, calls = Trace(), sys.getprofile(), remember_calls()
    with calls:
        sys.setprofile(trace.on_event)
        try:
            yield trace
        finally:
            sys.setprofile(before)
    trace.tensors += [each for each in calls.taken if isinstance(each, TensorBase)]


def source_of(node: Node) -> tuple[str, int, int] | None:
    """Return the line of the program that an operation comes from, and where its expression stands.

    None where no line was remembered: outside `traced` and anomaly mode, or without the file.
    """
    line = node.line
    text = "" if line is None else linecache.getline(line.code.co_filename, line.number).rstrip()
    if not text:
        return None
    place = next(islice(line.code.co_positions(), line.instruction // 2, None), (None,) * 4)
    first, last, start, end = place
    if first != line.number or start is None or end is None:  # Python was told to keep no columns
        first, last, start, end = line.number, line.number, 0, len(text.encode())
    if last != first:  # goes on in the next line
        end = len(text.encode())
    start, end = (len(text.encode()[:place].decode(errors="ignore")) for place in (start, end))
    indent = len(text) - len(text.lstrip())
    return text[indent:], max(start - indent, 0), end - indent
