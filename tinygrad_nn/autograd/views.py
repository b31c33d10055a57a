"""Which tensor is a view of which, so that a write through one is seen by the others' graphs.
Read `ops/inplace.py` next, which does the writing.
"""

from __future__ import annotations

import weakref
from typing import Any, NamedTuple

import numpy as np

from .grad_mode import mode
from .tensor_base import TensorBase


class View(NamedTuple):
    """How a view is taken: replaying `steps` on `base` (or on its gradient) gives it again."""

    base: TensorBase
    steps: tuple[tuple[Any, tuple[Any, ...]], ...]  # (Op, attributes)
    recorded: bool  # False: taken under no_grad


def mark_view(y: TensorBase, x: TensorBase, op: Any, attributes: tuple[Any, ...]) -> None:
    """Make `y`, just computed from `x`, a view of it if they share memory (a reshape may copy)."""
    if not np.may_share_memory(y.array, x.array):
        return
    y.version = x.version
    outer = view_of(x)
    base, steps = (x, ()) if outer is None else (outer.base, outer.steps)
    y.view_of = View(base, (*steps, (op, attributes)), bool(mode()))
    if base.node is None or base.node.op is not None:  # a leaf's graph never changes: not listed
        views = base.__dict__.setdefault("views", [])
        views.append(weakref.ref(y))
        if len(views) & 255 == 0:
            views[:] = [each for each in views if each() is not None]


def view_of(x: TensorBase) -> View | None:
    """Return what `x` is a view of, or None."""
    return getattr(x, "view_of", None)


def replay(x: Any, steps: tuple[tuple[Any, tuple[Any, ...]], ...]) -> Any:
    """Take the same view of another array or Tensor."""
    for op, attributes in steps:
        x = op.call(x, *attributes)
    return x


def renew_views(base: TensorBase) -> None:
    """Give every living view of `base` the graph that `base` has now."""
    for reference in list(base.__dict__.get("views", ())):  # the replays are listed meanwhile
        y = reference()
        view = None if y is None else view_of(y)
        if view is not None and view.recorded:
            y.node = replay(base, view.steps).node
